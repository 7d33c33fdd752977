import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BelfryError, type Bridge, type Envelope, type Log, toInstant } from '../../shared/index.ts';
import { isOwned, locateHome } from '../store/index.ts';
import { systemClock as clock, systemRandom as random } from '../system.ts';
import { demoAccount, demoConfig, demoJob } from './content.ts';
import { type DemoNetwork, startDemoNetwork } from './network.ts';

/** The feed has a new entry this often, so that something always happens before the newcomer's eyes. */
const everyMs = 20_000;
const marker = 'demo.json';

type Demo = {
  /** Where the network shows what was published. */
  url: string;
  /** After the engine has started: signs the account in, runs the pipeline once, and lets a post wait. */
  begin(engine: Bridge): Promise<void>;
  close(): Promise<void>;
};

/** The demonstration's home: beside the usual one, never the same. */
export function demoHome(home: string): string {
  return `${home}-demo`;
}

/**
 * Starts the demonstration's network and fills the home anew for it: call this before the engine starts.
 * Throws CONFLICT for a home that holds the user's own work.
 */
export async function openDemo(deps: { home: string; version: string; log: Log }): Promise<Demo> {
  const paths = locateHome(deps.home);
  refuseOwnWork(paths.dir);
  const example = join(__dirname, '../../docs/examples/feed-pipeline');
  const network = await startDemoNetwork({
    clock,
    random,
    log: deps.log,
    pictures: await picturesOf(example),
    everyMs,
  });
  // An engine that runs here already keeps its home; the start of this one will say so.
  if (!isOwned(paths)) await fill(paths.dir, example, network);
  return { url: `${network.address}/`, begin: (engine) => begin(engine, network), close: network.close };
}

function refuseOwnWork(home: string): void {
  const own = ['config.json', 'belfry.db'].some((file) => existsSync(join(home, file)));
  if (!own || existsSync(join(home, marker))) return;
  throw new BelfryError({
    code: 'CONFLICT',
    what: 'The demonstration cannot use this home folder',
    where: home,
    why: 'It holds work of your own, and the demonstration begins anew each time',
    remedy: 'Leave out --home, or name an empty folder',
  });
}

/** A home that is used in earnest is never emptied again by a later demonstration. */
export async function keepForGood(home: string): Promise<void> {
  await rm(join(home, marker), { force: true });
}

async function picturesOf(folder: string): Promise<Map<string, Uint8Array>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png'));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

async function fill(home: string, example: string, network: DemoNetwork): Promise<void> {
  const old = [
    'config.json',
    'belfry.db',
    'belfry.db-wal',
    'belfry.db-shm',
    'belfry.db.lost',
    'belfry.db.restoring',
    'secrets.json',
    'secrets.key',
    'media',
    // Else the database that is gone would be restored from its copy, with publishing paused.
    'backups',
    'damaged',
    'feed-pipeline',
  ];
  for (const name of [...old, 'run/config.last-good.json'])
    await rm(join(home, name), { recursive: true, force: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, marker), '{ "note": "Belfry\'s demonstration: emptied at each start." }\n', {
    mode: 0o600,
  });
  await copyFolder(example, join(home, 'feed-pipeline'));
  const config = demoConfig({ address: network.address, node: nodePath() });
  await writeFile(join(home, 'config.json'), `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** File by file: inside a packaged application only reading is possible, and no `cp`. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) await writeFile(join(to, name), await readFile(join(from, name)));
}

/** Electron may be forbidden to act as Node (a fuse), so there it is the Node that started it, or the one on the PATH. */
function nodePath(): string {
  return process.versions['electron'] ? (process.env['npm_node_execpath'] ?? 'node') : process.execPath;
}

async function begin(engine: Bridge, { address, token }: DemoNetwork): Promise<void> {
  const call = async (name: string, input: unknown) => demand(await engine.call(name, input));
  await call('accounts.add', { id: demoAccount, network: 'mastodon', server: address, token });
  await call('jobs.run', { id: demoJob });
  const text = 'This post waits for its time: two minutes after the demonstration began.';
  await call('posts.add', {
    post: { text, accounts: [demoAccount], publishAt: toInstant(clock.now() + 120_000) },
  });
}

function demand(answer: Envelope<unknown>): unknown {
  if (answer.ok) return answer.value;
  throw new Error(`The demonstration was refused: ${answer.error.message}`);
}
