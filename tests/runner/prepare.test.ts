import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foreignTo, resolveProgram, shellLine } from '../../electron/runner/commands/prepare.ts';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, sh } from './support.ts';

const job = jobOf(
  [
    { type: 'command', name: 'one', command: [...sh('echo "$A $0 $*"'), 'zero', 'x'], env: { A: 'config' } },
    { type: 'command', name: 'two', command: sh('echo "$A $*"') },
    { type: 'builtin', name: 'three', action: 'publish_due_posts' },
  ],
  { retry: { attempts: 1, delaySeconds: 0 } },
);

test('arguments go to the first command, variables to all, and both are kept with the run', async () => {
  const belfry = await openRunner([job]);
  const parameters = { args: ['--topic', 'Philadelphia'], env: { A: 'given' } };
  const run = await belfry.run('job', { parameters });
  expect(run.parameters).toEqual(parameters);
  expect(await belfry.output(run.id)).toEqual([
    'given zero x --topic Philadelphia',
    'given ',
    'No post is due.',
  ]);
});

test('a shell line gets arguments as words, whatever is in them and however it ends', async () => {
  const args = [
    '; touch injected',
    '$(touch injected)',
    '`touch injected`',
    "' touch injected '",
    'a\ntouch injected',
  ];
  const line = (name: string, text: string) => ({
    type: 'command' as const,
    name,
    command: [text],
    shell: true,
  });
  for (const text of ["printf '<%s>'", 'true # comment', 'echo "', 'echo \\', 'cat <<END']) {
    const belfry = await openRunner([jobOf([line('x', text)])]);
    const run = await belfry.run('job', { parameters: { args, env: {} } });
    if (text.startsWith('printf'))
      expect((await belfry.output(run.id)).join('\n')).toBe(args.map((arg) => `<${arg}>`).join(''));
    expect(existsSync(join(belfry.home, 'injected')), text).toBe(false);
    expect((await belfry.runner.preview('job', { parameters: { args, env: {} } }))[0]).toMatchObject({
      argv: ['/bin/sh', '-c', `${text} "$@"`, 'sh', ...args],
      shell: false,
    });
  }
});

test('on Windows a shell line gets them in quotes, and what cmd.exe would read is refused', () => {
  const at = { platform: 'win32', where: 'step "x" of job "job"' };
  expect(shellLine('echo', ['a & b', 'c:\\'], at)).toEqual({
    file: 'echo "a & b" "c:\\\\"',
    args: [],
    shell: true,
  });
  for (const word of ['"', '%PATH%', '!x!', 'a\nb'])
    expect(() => shellLine('echo', [word], at)).toThrow(/^BAD_INPUT: .*cannot be given to a shell line/);
});

test('a retry gets them too', async () => {
  const failing = jobOf(['echo $A; exit 1'], { retry: { attempts: 1, delaySeconds: 0 } });
  const belfry = await openRunner([failing]);
  await belfry.run('job', { parameters: { args: [], env: { A: 'again' } } });
  await expect.poll(() => belfry.finished.length).toBe(1);
  expect(await belfry.output(belfry.finished[0]?.id ?? '')).toEqual(['again']);
});

test('a variable named like a secret is refused, since parameters are kept', async () => {
  const belfry = await openRunner([job]);
  await expect(
    belfry.runner.runNow('job', { parameters: { args: [], env: { API_TOKEN: 'x' } } }),
  ).rejects.toThrow(/^BAD_INPUT: .*parameters.env.API_TOKEN: is named like a secret/);
});

test('a dry run shows the very words, the folder and the names of variables, and runs nothing', async () => {
  const belfry = await openRunner([
    job,
    jobOf([{ type: 'command', name: 'x', command: ['no-such-thing', 'y'] }], { id: 'bad' }),
  ]);
  const planned = await belfry.runner.preview('job', { parameters: { args: ['new'], env: { B: '1' } } });
  expect(planned.map(({ argv }) => argv)).toEqual([
    ['/bin/sh', '-c', 'echo "$A $0 $*"', 'zero', 'x', 'new'],
    ['/bin/sh', '-c', 'echo "$A $*"'],
    ['publish_due_posts'],
  ]);
  expect(planned[0]).toMatchObject({ cwd: belfry.home, problem: null, shell: false });
  expect(planned[0]?.env).toEqual(expect.arrayContaining(['A', 'B', 'BELFRY_RUN_ID', 'PATH']));
  const [bad] = await belfry.runner.preview('bad');
  expect(bad).toMatchObject({ argv: ['no-such-thing', 'y'], cwd: null });
  expect(bad?.problem).toMatch(/^COMMAND_NOT_FOUND: .*none of these places/);
  expect(await belfry.reader.list({ limit: 10 })).toEqual([]);
});

test('a job is checked when it is saved: commands are looked up if it is enabled', async () => {
  const belfry = await openRunner([]);
  const bad = jobOf(['true', { type: 'command', name: 'x', command: ['/tmp'] }]);
  expect(await belfry.runner.check(bad)).toEqual([
    { field: 'steps[1].command', message: expect.stringMatching(/\/tmp is a folder/) },
  ]);
  expect(await belfry.runner.check({ ...bad, enabled: false })).toEqual([]);
});

/** The first bytes of a 64-bit ELF file. */
function elf(machine: number, order: 'little' | 'big' = 'little'): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = 2;
  head[5] = order === 'little' ? 1 : 2;
  if (order === 'little') head.writeUInt16LE(machine, 18);
  else head.writeUInt16BE(machine, 18);
  return head;
}

test.each([
  ['x64', elf(62), null],
  ['x64', elf(3), null],
  ['x64', elf(183), 'ARM (64 bit)'],
  ['arm64', elf(62), 'x86 (64 bit)'],
  ['arm64', elf(40), null],
  ['x64', elf(22, 'big'), 'IBM Z'],
  ['x64', elf(9999), 'another processor (machine 9999)'],
  ['x64', Buffer.from('cffaedfe0c000001000000000200000010000000', 'hex'), 'macOS'],
  ['x64', Buffer.from('MZ'.padEnd(64, '\0')), 'Windows'],
  ['x64', Buffer.from('#!/bin/sh\necho a script of some length\n'), null],
  ['x64', Buffer.from('MZ'), null],
  ['mips', elf(183), null],
] as const)('on %s: what a program was made for', (architecture, head, madeFor) => {
  expect(foreignTo(architecture, head)).toBe(madeFor);
});

test.runIf(process.platform === 'linux')(
  'a program for another processor is refused by its name, the real shell is not',
  async () => {
    const where = 'step "Go" of job "a"';
    const folder = temporaryHome();
    const file = join(folder, 'tool');
    writeFileSync(file, elf(process.arch === 'arm64' ? 62 : 183));
    chmodSync(file, 0o755);
    await expect(
      resolveProgram('./tool', { folder, environment: { PATH: '/usr/bin:/bin' }, where }),
    ).rejects.toThrow(
      /^COMMAND_NOT_FOUND: The program ".\/tool" cannot be run, step .*tool is a program for (ARM|x86) \(64 bit\), and not for this machine\. Install the one/,
    );
    const shell = await resolveProgram('sh', { folder, environment: { PATH: '/usr/bin:/bin' }, where });
    expect(readFileSync(shell).length).toBeGreaterThan(0);
  },
);
