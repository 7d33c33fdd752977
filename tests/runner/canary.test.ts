import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportFormats, exportRun } from '../../shared/index.ts';
import { jobOf, openRunner, sh } from './support.ts';

const canary = 'Canary-7f3a9/b+c "q" ü';

/** Every form in which the canary would still be the canary. */
const forms = [
  canary,
  encodeURIComponent(canary),
  JSON.stringify(canary).slice(1, -1),
  Buffer.from(canary).toString('base64').slice(0, -4),
  Buffer.from(canary).toString('hex'),
];

test('a secret given to a step by its environment shows up nowhere', async () => {
  const print = `
    echo "raw $API_TOKEN"; printf '%s' "$API_TOKEN" | head -c 9; sleep 0.3; printf '%s' "$API_TOKEN" | tail -c +10; echo
    printf '%s' "$API_TOKEN" | base64; printf 'user:%s' "$API_TOKEN" | base64; printf '%s' "$API_TOKEN" | od -An -tx1 | tr -d ' \\n'; echo
    echo "$API_TOKEN" >&2; echo "{\\"token\\": \\"$TOKEN_AS_JSON\\"}"`;
  const env = { API_TOKEN: canary, TOKEN_AS_JSON: JSON.stringify(canary).slice(1, -1) };
  const logged: unknown[] = [];
  let listed = '';
  const belfry = await openRunner(
    [
      jobOf([
        { type: 'command', name: 'print', command: sh(print), env, output: 'json' },
        {
          type: 'command',
          name: 'posts',
          command: sh('echo "{\\"text\\": \\"$API_TOKEN\\"}"'),
          env,
          output: 'posts',
          continue: true,
        },
        { type: 'command', name: 'fail', command: ['./no-such', canary], env, continue: true },
        {
          type: 'command',
          name: 'list',
          command: sh('ps axww -o args= 2>/dev/null || cat /proc/[0-9]*/cmdline'),
          env,
        },
      ]),
    ],
    { log: (...entry) => logged.push(entry) },
  );
  const run = await belfry.run();
  listed = (await belfry.output(run.id)).join('\n');
  expect(run.steps.map((step) => step.status)).toEqual(['success', 'failed', 'failed', 'success']);
  expect(run.steps[1]?.error).toMatch(/contains a secret/);
  expect(listed).toContain('raw •••');

  await belfry.runner.stop({ drainMs: 0 });
  const files = readdirSync(belfry.home).map((name) => readFileSync(join(belfry.home, name)));
  expect(files.length).toBeGreaterThan(0);
  const planned = await belfry.runner.preview('job');
  const planText = JSON.stringify(planned.filter(({ name }) => name !== 'fail'));
  const exported = (
    await Promise.all(
      exportFormats.map(async (format) => {
        const output = ({ limit = 100, tail = false, ...query }) =>
          belfry.reader.output({ ...query, limit, tail });
        let text = '';
        for await (const piece of exportRun(run, format, output)) text += piece;
        return text;
      }),
    )
  ).join('\n');
  expect(exported).toContain('raw •••');
  const words = JSON.stringify([run, belfry.announced, belfry.lines, belfry.finished, logged]);
  for (const form of forms) {
    for (const text of [listed, words, planText, exported]) expect(text).not.toContain(form);
    for (const file of files) expect(file.includes(form)).toBe(false);
  }
});

/** The command line of every process of this machine, its words ended by NUL. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // It ended while we looked.
      }
    });
}

test('no process of Belfry carries the secret in its command line', async () => {
  const belfry = await openRunner([
    jobOf([{ type: 'command', name: 'x', command: ['sleep', '20'], env: { API_TOKEN: canary } }]),
  ]);
  const { id } = await belfry.runner.runNow('job');
  let lines: string[] = [];
  // A run is listed as running a moment before its process exists.
  await expect
    .poll(
      () => {
        lines = commandLines();
        return lines.some((line) => line.endsWith(['sleep', '20', ''].join('\0')));
      },
      { timeout: 90_000 },
    )
    .toBe(true);
  for (const form of forms) expect(lines.join('\n')).not.toContain(form);
  await belfry.runner.cancel(id);
});
