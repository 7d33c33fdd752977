import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createApp } from '../../electron/app.ts';
import {
  type Announcement,
  type CallInput,
  type CallName,
  type CallOutput,
  jobSchema,
  toInstant,
} from '../../shared/index.ts';
import { startFakeNetwork } from '../support/fake-networks/index.ts';
import { plainHost } from '../support/plain-host.ts';

const engine = new URL('../../electron/', import.meta.url).href;

/** How long before its time a job or post is added, in milliseconds: what is added after its time has come does not run. */
const ahead = 6_000;

/** The engine's files whose code runs from the instant that a slot is due until its run is finished, by V8's own count. */
export function filesOfSlot(): Promise<string[]> {
  return withEngine(({ call, until }) =>
    inBoth((id) =>
      filesUsed(
        async (at) => {
          const job = {
            id,
            name: id,
            triggers: [{ type: 'date', at: toInstant(at) }],
            steps: [{ type: 'command', name: 'Work', command: ['true'] }],
          };
          await call('jobs.add', { job: jobSchema.parse(job) });
        },
        until(
          (told) => told.name === 'runs.changed' && told.run?.jobId === id && told.run.status === 'success',
        ),
      ),
    ),
  );
}

/** The same from the instant that a post is due until it is published. */
export async function filesOfPost(): Promise<string[]> {
  const network = await startFakeNetwork('mastodon-4.5', { now: () => Date.now() });
  try {
    return await withEngine(async ({ home, call, until }) => {
      await call('accounts.add', {
        id: 'home',
        network: 'mastodon',
        server: network.address,
        token: network.token,
      });
      // Read past the engine, so that what answers clients is not counted.
      const database = new DatabaseSync(join(home, 'belfry.db'), { readOnly: true });
      const statuses = database.prepare('SELECT status FROM targets');
      const published = () => statuses.all().every(({ status }) => status === 'published');
      let added = false;
      return inBoth((text) => {
        added = false;
        return filesUsed(
          async (at) => {
            await call('posts.add', { post: { publishAt: toInstant(at), text, accounts: ['home'] } });
            added = true;
          },
          until(({ name }) => name === 'posts.changed' && added && published()),
        );
      }).finally(() => database.close());
    });
  } finally {
    await network.close();
  }
}

/** What two goes have in common: a timer that happens to fire in one of them is not on the way. */
async function inBoth(go: (id: string) => Promise<string[]>): Promise<string[]> {
  const first = new Set(await go('first'));
  return (await go('second')).filter((file) => first.has(file));
}

type Engine = {
  home: string;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Resolves with the first announcement from now on that is the one. */
  until(isIt: (told: Announcement) => boolean): () => Promise<void>;
};

async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-structure-'));
  writeFileSync(join(home, 'config.json'), '{ "settings": { "spacingSeconds": 0 } }');
  const belfry = createApp(plainHost({ home }));
  const call: Engine['call'] = async (name, input) => {
    const answer = await belfry.call(name, input);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value as never;
  };
  const until: Engine['until'] = (isIt) => () =>
    new Promise((resolve) => {
      belfry.subscribe((told) => {
        if (isIt(told)) resolve();
      });
    });
  try {
    await belfry.start();
    return await work({ home, call, until });
  } finally {
    await belfry.stop({ drainMs: 0 });
    rmSync(home, { recursive: true, force: true });
  }
}

/** Which files of the engine had a function called from the instant that `add` gets until the end of `until`. */
async function filesUsed(add: (at: number) => Promise<void>, until: () => Promise<void>): Promise<string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const done = until();
  const at = Date.now() + ahead;
  await add(at);
  if (Date.now() > at)
    throw new Error('This machine is too busy: what was to come was due before it was stored');
  await sleep(Math.max(0, at - Date.now() - 20));
  await session.post('Profiler.takePreciseCoverage');
  await done;
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  return result
    .filter(({ url }) => url.startsWith(engine))
    .filter(({ functions }) =>
      functions.some(({ functionName, ranges }) => functionName !== '' && (ranges[0]?.count ?? 0) > 0),
    )
    .map(({ url }) => fileURLToPath(url).slice(fileURLToPath(engine).length - 'electron/'.length));
}
