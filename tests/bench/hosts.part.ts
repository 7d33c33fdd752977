import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findElectron, root } from '../support/desktop/electron.ts';
import { processesOf } from '../support/desktop/processes.ts';
import type { Session } from '../support/desktop/session.ts';
import { trayOf } from '../support/desktop/tray.ts';

/** A host that has just started: how long it took to be of use, and its home. */
export type Started = { millis: number; home: string; child: ChildProcess; stop(): Promise<void> };

/** A home with 20 jobs that are not due while we measure. */
export function homeWithJobs(): string {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const jobs = Array.from({ length: 20 }, (_, index) => ({
    id: `job-${index}`,
    name: `Job ${index}`,
    triggers: [{ type: 'interval', hours: 12 }],
    steps: [{ type: 'command', name: 'Nothing', command: ['true'] }],
  }));
  writeFileSync(join(home, 'config.json'), JSON.stringify({ settings: { secrets: 'key-file' }, jobs }));
  return home;
}

/** The desktop host until its tray menu answers, hidden or with its window. */
export async function startDesktopHost(session: Session, args: string[]): Promise<Started> {
  const home = homeWithJobs();
  return startElectron(session, home, [root, '--home', home, ...args], 'Stop scheduler');
}

/** An application of a few lines: one tray icon with one entry, on the same Electron. */
export async function startBareElectron(session: Session): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-bare-'));
  mkdirSync(join(home, 'app'));
  writeFileSync(join(home, 'app/package.json'), '{"name":"bare","version":"1.0.0","main":"main.cjs"}');
  writeFileSync(
    join(home, 'app/main.cjs'),
    `const { app, Menu, nativeImage, Tray } = require('electron');
app.setPath('userData', ${JSON.stringify(join(home, 'data'))});
app.whenReady().then(() => {
  globalThis.tray = new Tray(nativeImage.createEmpty());
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Quit' }]));
});
app.on('window-all-closed', () => {});`,
  );
  // The bootstrap of the fallback runtime resolves its polyfills from the application's folder.
  symlinkSync(join(root, 'node_modules'), join(home, 'app/node_modules'));
  return startElectron(session, home, [join(home, 'app')], 'Quit');
}

async function startElectron(
  session: Session,
  home: string,
  args: string[],
  entry: string,
): Promise<Started> {
  const { path, switches } = findElectron();
  const env = { ...process.env, ...session.env, XDG_CONFIG_HOME: join(home, 'xdg') };
  const from = performance.now();
  const child = spawn(path, [...switches, ...args], { env, stdio: 'ignore' });
  const tray = trayOf(session.bus, session.watcher, child.pid ?? 0);
  for (;;) {
    const found = (await tray.menu().catch(() => [])).find(({ label }) => label === entry);
    if (found?.enabled) break;
    if (child.exitCode !== null) throw new Error(`Electron ended with ${child.exitCode}`);
    await pause(5);
  }
  return { millis: performance.now() - from, home, child, stop: () => stop(child, home) };
}

/** The headless host until it prints the link to its window. */
export async function startHeadlessHost(): Promise<Started> {
  const home = homeWithJobs();
  const cli = join(root, 'dist/electron/cli.cjs');
  const args = [cli, '--home', home, 'run', '--port', '0'];
  return startNode(home, args, /http:\/\/127\.0\.0\.1:\d+/);
}

/** Node with an HTTP server and nothing else. */
export async function startBareNode(): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-bare-'));
  const code = "require('http').createServer().listen(0, '127.0.0.1', () => console.log('ready'))";
  return startNode(home, ['-e', code, home], /ready/);
}

async function startNode(home: string, args: string[], sign: RegExp): Promise<Started> {
  const from = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (sign.test(output)) resolve();
    });
  });
  return { millis: performance.now() - from, home, child, stop: () => stop(child, home) };
}

async function stop(child: ChildProcess, home: string): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
  rmSync(home, { recursive: true, force: true });
}

/** Memory of all processes of a host in MiB: proportional set size, so that shared pages count once (proc(5), smaps). */
export function memoryOf(home: string): number {
  const kilobytes = processesOf(home).map(({ pid }) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** Processor time that all processes of a host use while nothing is to be done, in milliseconds per minute. */
export async function idleCpuOf(home: string, seconds: number): Promise<number> {
  const before = processorTime(home);
  await pause(seconds * 1000);
  return ((processorTime(home) - before) / seconds) * 60;
}

/** Ticks of user and system time since the start, at 100 a second (proc(5), fields 14 and 15 of stat), in milliseconds. */
function processorTime(home: string): number {
  return processesOf(home).reduce((sum, { pid }) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
