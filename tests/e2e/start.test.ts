import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/command.ts';
import { environment, findElectron, processesOf, root, startSession } from '../support/desktop/index.ts';
import { temporaryHome } from '../support/home.ts';

type Start = { child: ChildProcess; output(): string; exited: Promise<number | null> };

/** `npm start -- ARGS`, as the user types it, with standard input closed. */
function npmStart(home: string, args: string[], env: Record<string, string | undefined>): Start {
  const child = spawn('npm', ['start', '--', '--home', home, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  onTestFinished(() => {
    for (const { pid } of processesOf(home)) process.kill(pid, 'SIGKILL');
  });
  return { child, output: () => output, exited: new Promise((resolve) => child.once('exit', resolve)) };
}

/** The process that `npm start` runs, below npm and a shell that pass no signal on. */
const starter = (home: string) =>
  processesOf(home).find(({ command }) => /^\S*node electron\/dev\/start\.mjs/.test(command));

async function endAll(home: string): Promise<void> {
  process.kill(starter(home)?.pid ?? 0, 'SIGTERM');
  await until('all processes are gone', () => processesOf(home).length === 0);
}

const noDisplay = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };

test('without a display it runs headless, says why, and prints the link to its window', async () => {
  const home = temporaryHome();
  const start = npmStart(home, ['--hidden'], noDisplay);
  await until('the link is printed', () => /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.test(start.output()));
  expect(start.output()).toMatch(
    /belfry: There is no display \(DISPLAY, WAYLAND_DISPLAY\)\. Starting the headless host/,
  );
  await endAll(home);
});

test('on a desktop it opens the window; a signal to it ends everything', async () => {
  const home = temporaryHome();
  const session = await startSession({ tray: true });
  onTestFinished(() => session.stop());
  const start = npmStart(home, [], environment(session, { home }));
  const page = () => processesOf(home).some(({ command }) => command.includes('--type=renderer'));
  await until('a page is shown', page, 60_000);
  if (findElectron().fallback)
    expect(start.output()).toMatch(/using Electron 25\.1\.1 instead: old, for development only\.\n/);
  await endAll(home);
});

test('with libraries missing it names the packages and runs headless', async () => {
  const home = temporaryHome();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ldd'),
    '#!/bin/sh\necho "\tlibgtk-3.so.0 => not found"\necho "\tlibnss3.so => not found"\n',
  );
  chmodSync(join(bin, 'ldd'), 0o755);
  const start = npmStart(home, [], {
    ...noDisplay,
    WAYLAND_DISPLAY: 'wayland-0',
    PATH: `${bin}:${process.env['PATH']}`,
  });
  await until('the link is printed', () => /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.test(start.output()));
  expect(start.output()).toMatch(
    /Electron needs 2 libraries that are not installed\. .*(libgtk-3-0 libnss3|libgtk-3\.so\.0)/,
  );
  await endAll(home);
});
