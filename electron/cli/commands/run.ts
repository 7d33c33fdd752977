import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { version } from '../../../package.json';
import { wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';

type Options = { port: number; window: boolean; log: 'text' | 'json'; demo?: boolean };

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
      use(async ({ io, paths, homeNamed }, { port, window, log, demo = false }: Options) => {
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
