import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { version } from '../../../package.json';
import {
  attentionOf,
  exitCodes,
  isAccountsOwn,
  needsAttention,
  type Status,
  waitText,
} from '../../../shared/index.ts';
import { isOwned } from '../../store/index.ts';
import type { Context, Use } from '../context.ts';
import { counted, oneLine, paintStatus, pairs } from '../terminal.ts';
import { wholeNumber } from '../usage.ts';
import { span, when } from '../when.ts';

type RunOptions = { port: number; window: boolean; log: 'text' | 'json'; demo?: boolean };

/** `belfry run`: the headless host, in this very process. */
export function runCommand(program: Command, use: Use): void {
  program
    .command('run')
    .description('run the engine in the foreground, without a desktop; prints a link to its window')
    .option('--port <n>', 'loopback port of the window (default: any free one)', wholeNumber(0, 65_535), 0)
    .option('--no-window', 'no window and no port, the command line only')
    .addOption(new Option('--log <form>', 'form of the log').choices(['text', 'json']).default('text'))
    .option('--demo', 'start with a demonstration: a sample pipeline and a network of its own')
    .action(
      use(async ({ io, paths, homeNamed }, { port, window, log, demo = false }: RunOptions) => {
        // The engine is large; every other command does without it.
        const { demoHome, runHeadless } = await import('../../headless.ts');
        const home = demo && !homeNamed ? demoHome(paths.dir) : paths.dir;
        // Jobs and posts must not die with whoever reads the log: a closed terminal, `| head`, a log collector that crashed.
        io.outliveReader();
        const assets = join(__dirname, '../renderer');
        const helper = join(__dirname, 'command-helper.cjs');
        const mediaWorker = join(__dirname, 'media-worker.cjs');
        return await runHeadless({ home, version, port, window, log, assets, helper, mediaWorker, demo });
      }),
    );
}

/** A line names no more jobs than this. */
const mostNamed = 5;

/** The engine as a whole: status, start, stop, quit, link, confirm. */
export function engineCommands(program: Command, use: Use): void {
  program
    .command('status')
    .description(
      'the engine at a glance; ends with 1 while something keeps it from its work, with 7 while something waits for you',
    )
    .action(
      use(async (context) => {
        const status = await context.call('status.get', {});
        const window = context.json ? undefined : await context.hostCall('host.address');
        context.show(status, () => describe(context, status, window?.url ?? undefined));
        if (status.trouble.length > 0) return exitCodes.failed;
        return needsAttention(attentionOf(status)) ? exitCodes.needsAttention : exitCodes.done;
      }),
    );
  program
    .command('start')
    .description('let the scheduler start jobs')
    .action(
      use(async (context) => {
        await context.call('scheduler.start', {});
        context.show({}, () => 'The scheduler is running.');
      }),
    );
  program
    .command('stop')
    .description('pause the scheduler; the engine stays and jobs can be run by hand')
    .action(
      use(async (context) => {
        await context.call('scheduler.stop', {});
        context.show({}, () => 'The scheduler is paused; `belfry start` lets it go on.');
      }),
    );
  program
    .command('quit')
    .description('end the engine; jobs at work may finish first')
    .action(
      use(async (context) => {
        await context.call('engine.quit', {});
        await (await context.client()).closed();
        await untilFree(context);
        context.show({}, () => 'Belfry has ended.');
      }),
    );
  program
    .command('link')
    .description('print a fresh link to the window in a browser; it works once, for ten minutes')
    .option('--end-others', 'close Belfry in every browser first: each needs a fresh link then')
    .action(
      use(async (context, { endOthers }: { endOthers?: boolean }) => {
        if (endOthers) await context.hostCall('host.endSessions');
        const link = (await context.hostCall('host.link')) ?? { url: null };
        context.show(link, ({ url }) => url ?? 'This engine has no window in a browser.');
      }),
    );
  program
    .command('confirm')
    .description('confirm that you have read a warning of `belfry status`, so that work goes on')
    .argument('<code>', 'code of the warning')
    .action(
      use(async (context, code: string) => {
        await context.call('warnings.confirm', { code });
        context.show({}, () => `The warning ${oneLine(code)} is confirmed.`);
      }),
    );
}

/** The socket closes before the last job has ended; the lock on the home is released at the very end. */
async function untilFree({ io, paths }: Context): Promise<void> {
  while (isOwned(paths)) await new Promise<void>((resolve) => io.clock.setTimer(100, resolve));
}

function describe(context: Context, status: Status, address: string | undefined): string {
  const { paint, reader } = context;
  const { next } = status;
  const running = status.running.map(({ name, startedAt }) =>
    startedAt === null
      ? oneLine(name)
      : `${oneLine(name)} (since ${span(reader.now - Date.parse(startedAt))})`,
  );
  const list = pairs([
    ['Belfry', `${status.version}, ${status.mode}, pid ${status.pid}${status.demo ? ', demonstration' : ''}`],
    ['Up', when(status.startedAt, reader)],
    ['Home', status.home],
    ['Scheduler', paintStatus(paint, status.scheduler)],
    ['Health', status.trouble.length === 0 ? undefined : paint('red', 'in trouble, see below')],
    ['Running', some(running) || 'nothing'],
    ['Next', next ? `${oneLine(next.name)}, ${when(next.at, reader)}` : 'nothing'],
    ['Jobs', jobsLine(context, status)],
    ['Posts', postsLine(context, status)],
    ['Window', address && `${address} (\`belfry link\` prints a link that opens it)`],
  ]);
  const overdue = status.overdue
    .filter(({ waits }) => !isAccountsOwn(waits))
    .map(
      ({ account, posts, waits }) =>
        `  ${counted(posts, 'due post')} of ${account} ${posts === 1 ? 'waits' : 'wait'} for ${oneLine(waitText(waits, (at) => when(at, reader)))}`,
    );
  const warnings = status.warnings.map((warning) => paint('yellow', `! ${oneLine(warning.message)}`));
  return [
    list,
    ...overdue,
    ...status.accounts.map((account) => accountLine(context, account)),
    ...warnings,
  ].join('\n');
}

function postsLine({ paint }: Context, status: Status): string {
  const { posts, waitingPosts } = attentionOf(status);
  const waiting = waitingPosts > 0 ? paint('yellow', `, ${waitingPosts} of them wait for an account`) : '';
  return `${status.counts.queuedPosts} queued${waiting}${posts > 0 ? paint('red', `, ${posts} need you`) : ''}`;
}

/** An account that waits for its owner: what that holds up, why, and what to do. */
function accountLine({ paint }: Context, { id, handle, status, reason, posts }: Status['accounts'][number]) {
  const what = `${oneLine(handle) || id}: ${status}, ${counted(posts, 'post')} waiting.`;
  const command = status === 'sign-in-needed' ? ` Run: belfry accounts reconnect ${id}` : '';
  return paint('red', `! ${what} ${oneLine(reason ?? '')}${command}`);
}

/** A list in one line; of a long one the beginning. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

function jobsLine({ paint }: Context, { counts }: Status): string {
  const failing = counts.failingJobs > 0 ? paint('red', `, ${counts.failingJobs} failing`) : '';
  return `${counted(counts.jobs, 'job')}, ${counts.enabledJobs} enabled${failing}`;
}

/** `belfry doctor`: what works on this machine, and what to do about the rest. */
export function doctorCommand(program: Command, use: Use): void {
  program
    .command('doctor')
    .description('what works on this machine, and what to do about the rest')
    .action(
      use(async (context) => {
        const { doctor } = await import('../doctor.ts');
        return await doctor(context);
      }),
    );
}
