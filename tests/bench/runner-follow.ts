import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Result } from './result.ts';

const cli = fileURLToPath(new URL('../../dist/electron/cli.cjs', import.meta.url));
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const lines = 40;
/** Prints the time, again and again, once someone can be following. */
const clock = `let n = 0; setTimeout(() => { const t = setInterval(() => { console.log(Date.now()); n += 1; if (n === ${lines}) clearInterval(t); }, 150); }, 6000);`;
const flood = `yes ${'x'.repeat(99)} | head -c 6G`;

/** How late a line of one run is seen, by the command line and in the window, while another run floods; real processes throughout. */
export async function run(): Promise<Result[]> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const step = (command: string[]) => [{ type: 'command', name: 'Step', command }];
  const jobs = [
    { id: 'flood', name: 'Flood', steps: step(['/bin/sh', '-c', flood]) },
    { id: 'clock', name: 'Clock', steps: step([process.execPath, '-e', clock]) },
  ];
  writeFileSync(join(home, 'config.json'), JSON.stringify({ jobs }));
  const host = spawn(process.execPath, [cli, '--home', home, 'run', '--port', '0'], { stdio: 'pipe' });
  try {
    const link = await linkOf(host);
    const belfry = async (...args: string[]) => {
      const { stdout } = await promisify(execFile)(process.execPath, [
        cli,
        '--home',
        home,
        '--json',
        ...args,
      ]);
      return JSON.parse(stdout) as { id: string };
    };
    await belfry('run-job', 'flood');
    const { id } = await belfry('run-job', 'clock');
    const [byCommand, byWindow] = await Promise.all([followed(home, id), watched(link, id)]);
    return [row('belfry logs --follow', byCommand), ...(byWindow ? [row('the window', byWindow)] : [])];
  } finally {
    host.kill('SIGTERM');
    await new Promise((resolve) => host.once('exit', resolve));
    rmSync(home, { recursive: true, force: true });
  }
}

function row(where: string, delays: readonly number[]): Result {
  const worst = Math.max(...delays);
  return {
    name: `from printing to ${where} beside a flood, worst of ${delays.length}`,
    value: worst,
    unit: 'ms',
    goal: '≤ 500 ms',
    ok: delays.length === lines && worst <= 500,
  };
}

async function linkOf(host: ChildProcess): Promise<string> {
  if (!host.stdout) throw new Error('The host has no output');
  for await (const line of createInterface({ input: host.stdout })) {
    const link = /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.exec(line)?.[0];
    if (!link) continue;
    host.stdout.resume(); // Whatever it says later is of no interest, but must not stop it.
    return link;
  }
  throw new Error('The host ended before it said where its window is');
}

async function followed(home: string, id: string): Promise<number[]> {
  const child = spawn(process.execPath, [cli, '--home', home, 'logs', id, '--follow'], { stdio: 'pipe' });
  const delays: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const printed = /\b(\d{13})\b/.exec(line)?.[1];
    if (printed) delays.push(Date.now() - Number(printed));
  }
  return delays;
}

/** Undefined where there is no browser. */
async function watched(link: string, id: string): Promise<number[] | undefined> {
  const executablePath = browsers.find((path) => existsSync(path));
  if (!executablePath) return undefined;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage();
    await page.goto(link);
    await page.waitForSelector('h1');
    const seen = page.evaluate(
      ({ hash, wanted }) =>
        new Promise<number[]>((resolve) => {
          const delays = new Map<string, number>();
          const look = () => {
            for (const [text] of document.body.innerText.matchAll(/\b\d{13}\b/g))
              if (!delays.has(text)) delays.set(text, Date.now() - Number(text));
            if (delays.size >= wanted) resolve([...delays.values()]);
          };
          new MutationObserver(look).observe(document.body, {
            subtree: true,
            childList: true,
            characterData: true,
          });
          setTimeout(() => resolve([...delays.values()]), 30_000);
          location.hash = hash;
        }),
      { hash: `#/runs/${id}`, wanted: lines },
    );
    return await seen;
  } finally {
    await browser.close();
  }
}
