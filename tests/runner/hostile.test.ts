import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/home.ts';
import { jobOf, openRunner, processesWith } from './support.ts';

const timeoutSeconds = 2;
/** Only a hang fails: a busy machine needs its time to end two hundred process trees. */
const endMs = 60_000;

/** Each prints something, and carries MARK in its command line ($0); all end within two minutes, also when the test is killed. */
const hostile = {
  'ignores TERM': 'trap "" TERM HUP INT; echo on; for i in $(seq 600); do sleep 0.2; done',
  'forks and exits': '(sleep 500 >/dev/null 2>&1 "$0" &); echo gone',
  'child in a session of its own':
    'setsid /bin/sh -c "trap \\"\\" TERM; for i in \\$(seq 400); do sleep 0.3; done" "$0" & echo on; wait',
  'leaves a session behind':
    'setsid /bin/sh -c "trap \\"\\" TERM; for i in \\$(seq 400); do sleep 0.3; done" "$0" >/dev/null 2>&1 & echo gone',
  'holds the pipe': '(trap "" TERM; for i in $(seq 400); do sleep 0.3; done) & echo gone',
  'holds the pipe in a session of its own':
    'setsid /bin/sh -c "for i in \\$(seq 400); do sleep 0.3; done" "$0" & echo gone',
  floods: 'yes "$0 flood flood flood flood flood flood flood"',
  'closes its output': 'echo on; exec >&- 2>&-; sleep 500',
  'sleeps for ever': 'echo on; exec sleep 500',
  'dies by a signal': 'echo on; kill -SEGV $$',
  'forks repeatedly':
    'trap "" TERM; i=0; while [ $i -lt 30 ]; do (trap "" TERM; sleep 0.1; sleep 500) & i=$((i+1)); sleep 0.02; done; wait',
  'changes its group':
    'setsid sh -c "setsid sh -c \\"sleep 500\\" $0 & setsid sleep 500 & wait" "$0" & echo on; wait',
};

/** Names of living processes of this test: those whose environment or command line carries its mark. */
const left = (mark: string) => processesWith(mark);

test.each([
  ['started by the helper', 200, {}],
  ['started by the engine itself', 12, { helper: undefined }],
])(
  'hostile children %s (%d): every step ends, nothing of them is left, the next run starts',
  {
    timeout: 300_000,
  },
  async (_, count, change) => {
    const home = temporaryHome();
    const mark = join(home, 'hostile.mark');
    writeFileSync(mark, '');
    const kinds = Object.entries(hostile);
    const jobs = Array.from({ length: count }, (_, index) => {
      const [name, script] = kinds[index % kinds.length] ?? ['', ''];
      return jobOf([{ type: 'command', name, command: ['/bin/sh', '-c', script, mark], timeoutSeconds }], {
        id: `job-${index}`,
        name,
      });
    });
    const belfry = await openRunner(jobs, change, home);
    const slowest: Record<string, number> = {};
    await Promise.all(
      Array.from({ length: 40 }, async (_, worker) => {
        for (let index = worker; index < jobs.length; index += 40) {
          const run = await belfry.run(`job-${index}`);
          const step = run.steps[0];
          const took = Date.parse(step?.finishedAt ?? '') - Date.parse(step?.startedAt ?? '');
          const name = step?.name ?? '';
          slowest[name] = Math.max(slowest[name] ?? 0, took);
          expect(took, `${name}: ${JSON.stringify(run)}`).toBeLessThan(timeoutSeconds * 1000 + endMs);
          expect(['success', 'failed', 'timed-out'], name).toContain(step?.status);
        }
      }),
    );
    await belfry.runner.stop({ drainMs: 0 });
    expect(left(mark)).toEqual([]);
    expect(left('sleep\x00500')).toEqual([]);
    console.log('slowest end in ms:', slowest);

    const next = await openRunner(jobs, change, home);
    expect((await next.run('job-9')).steps[0]?.signal).toBe('SIGSEGV');
  },
);
