// A whole engine in a process of its own, to be killed by a test: `node engine-child.ts HOME JOB`; runs the job by hand
// again and again (none for an empty JOB), and prints a line when it begins.
import process from 'node:process';
import { createApp } from '../../electron/app.ts';
import type { Envelope } from '../../shared/index.ts';
import { plainHost } from './plain-host.ts';

const [home = '', id = ''] = process.argv.slice(2);
const engine = createApp(plainHost({ home }));
await engine.start();
process.stdout.write('runs\n');
while (id !== '') {
  const answer: Envelope<unknown> = await engine.call('jobs.run', { id });
  // Another run of the job may be at work: its end is waited for.
  if (!answer.ok) await new Promise((resolve) => setTimeout(resolve, 5));
}
