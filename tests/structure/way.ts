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
  toInstant,
} from '../../shared/index.ts';
import { startFakeNetwork } from '../support/fake-networks/index.ts';
import { plainHost } from '../support/plain-host.ts';

const engine = new URL('../../electron/', import.meta.url).href;

/** The engine's files whose code runs from the instant that a slot is due until its run is finished, by V8's own count. */
export function filesOfSlot(): Promise<string[]> {
  const at = Date.now() + 4_000;
  const job = {
    id: 'once',
    name: 'Once',
    triggers: [{ type: 'date', at: new Date(at).toISOString() }],
    steps: [{ type: 'command', name: 'Work', command: ['true'] }],
  };
  return withEngine({ jobs: [job] }, ({ until }) =>
    filesUsed(
      at,
      until(
        (told) => told.name === 'runs.changed' && told.run?.jobId === 'once' && told.run.status === 'success',
      ),
    ),
  );
}

/** The same from the instant that a post is due until it is published. */
export async function filesOfPost(): Promise<string[]> {
  const network = await startFakeNetwork('mastodon-4.5', { now: () => Date.now() });
  try {
    return await withEngine({}, async ({ home, call, until }) => {
      await call('accounts.add', {
        id: 'home',
        network: 'mastodon',
        server: network.address,
        token: network.token,
      });
      const at = Date.now() + 4_000;
      await call('posts.add', { post: { publishAt: toInstant(at), text: 'Hello', accounts: ['home'] } });
      // Read past the engine, so that what answers clients is not counted.
      const database = new DatabaseSync(join(home, 'belfry.db'), { readOnly: true });
      const statuses = database.prepare('SELECT status FROM targets');
      const published = () => statuses.all().every(({ status }) => status === 'published');
      return filesUsed(
        at,
        until(({ name }) => name === 'posts.changed' && published()),
      ).finally(() => database.close());
    });
  } finally {
    await network.close();
  }
}

type Engine = {
  home: string;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Resolves with the first announcement from now on that is the one. */
  until(isIt: (told: Announcement) => boolean): () => Promise<void>;
};

async function withEngine<T>(config: object, work: (engine: Engine) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'belfry-structure-'));
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
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

/** Which files of the engine had a function called between `from` and the end of `until`. */
async function filesUsed(from: number, until: () => Promise<void>): Promise<string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const done = until();
  await sleep(from - Date.now() - 20);
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
