import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, onTestFinished } from 'vitest';
import { createPublisher, createWorkshop, type PublisherDeps } from '../../electron/publisher/index.ts';
import { nextDue } from '../../electron/publisher/publish-loop.ts';
import { createMediaLedger, createPostLedger, raiseEpoch } from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import {
  type AccountMedia,
  type AccountOrder,
  type AccountStatus,
  networks as allNetworks,
  type Network,
  type PostDraft,
  parse,
  postInputSchema,
  settingsSchema,
  toInstant,
} from '../../shared/index.ts';
import { type HandClock, handClock } from './clock.ts';
import { openCopied } from './database.ts';
import { fetchBy, startFakeCdn } from './fake-cdn.ts';
import { type FakeNetwork, type ModelName, startFakeNetwork } from './fake-networks/index.ts';
import { temporaryHome } from './home.ts';
import { seededRandom } from './random.ts';
import { workshopEntry } from './workshop-entry.ts';

/** One thread for all stages: it takes half a second to start, and does so again for those after it was closed. */
const workshop = createWorkshop({ entry: workshopEntry, clock: systemClock });
afterAll(() => workshop.close());

/** A publisher at work: real database, real HTTP to fake networks, a clock that is moved by hand. */
export type Stage = Awaited<ReturnType<typeof createStage>>;

export type StageOptions = {
  models?: ModelName[];
  clock?: HandClock;
  seed?: number;
  needs?: Partial<PublisherDeps>;
  network?: Parameters<typeof startFakeNetwork>[1];
};

/** One account per model, named after it; everything is closed when the test ends. */
export async function createStage(options: StageOptions = {}) {
  const home = temporaryHome();
  const clock = options.clock ?? handClock();
  const networks = new Map<string, FakeNetwork>();
  for (const model of options.models ?? ['mastodon-4.5']) {
    const network = await startFakeNetwork(model, { now: () => clock.now(), ...options.network });
    networks.set(accountId(model), network);
    onTestFinished(() => network.close());
  }
  const random = seededRandom(options.seed ?? 1);
  const statuses = new Map<string, AccountStatus>();
  const told: { kind: string; account: string; reason: string }[] = [];
  /** Requests and queries that wait for their answer. */
  const calls = { open: 0 };
  const settings = settingsSchema.parse({});
  const accountMedia = new Map<string, AccountMedia>();
  const orders = new Map<string, AccountOrder>();
  /** Where names of servers lead. */
  const hosts = new Map<string, string>();
  const byName = fetchBy(hosts);
  const cdn = await startFakeCdn(home);
  hosts.set('cdn.example', cdn.address);
  for (const network of networks.values()) hosts.set('fake.example', network.address);
  /** From then on the loop runs, which must not look before the test does. */
  let restarted = false;
  const engine = async () => {
    const database = openCopied(join(home, 'belfry.db'));
    const epoch = await raiseEpoch(database.db);
    const ledger = createPostLedger(database.db, epoch);
    const needs: PublisherDeps = {
      clock,
      random,
      fetch: async (url, init) => {
        calls.open += 1;
        return byName(url, init).finally(() => {
          calls.open -= 1;
        });
      },
      log: () => undefined,
      ledger: counted(ledger, calls),
      mediaLedger: counted(createMediaLedger(database.db), calls),
      workshop: counted(workshop, calls),
      bucketKey: async () => ({ keyId: 'fake-key', secret: 'fake-secret' }),
      version: '0.0.0-test',
      requestTimeoutMs: 60_000,
      // A pass waits for all its accounts, so that a test sees what they did.
      patienceMs: 1_000_000_000,
      mediaFolder: join(home, 'media'),
      account: (id) => {
        const network = networks.get(id);
        if (!network) return undefined;
        return {
          id,
          network: networkOf(id),
          server: network.address,
          remoteId: network.account,
          handle: `@${id}`,
          media: accountMedia.get(id),
          order: orders.get(id),
        };
      },
      accounts: () => [...networks.keys()].flatMap((id) => needs.account(id) ?? []),
      token: async (id) => networks.get(id)?.token ?? 'no-token',
      accountStatus: async (id) => statuses.get(id) ?? 'ready',
      signInNeeded: async (id, reason) => {
        statuses.set(id, 'sign-in-needed');
        told.push({ kind: 'sign-in', account: id, reason });
      },
      settings: () => settings,
      publishingPaused: async () => false,
      changed: () => undefined,
      pausedBy: () => (restarted ? 'scheduler' : null),
      needsAttention: ({ kind, account, reason }) => void told.push({ kind, account, reason }),
      ...options.needs,
    };
    return { database, epoch, ledger, needs, publisher: createPublisher(needs) };
  };
  /** Whether the engine waits for an answer or for the disk, however slow this machine is. */
  const isBusy = () =>
    calls.open > 0 || process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));
  let running = await engine();
  onTestFinished(async () => {
    await running.publisher.stop();
    await running.database.close();
  });
  const [first] = networks.values();
  if (!first) throw new Error('A stage needs a network');

  return {
    home,
    clock,
    networks,
    /** The first network. */
    network: first,
    settings,
    accountMedia,
    orders,
    cdn,
    hosts,
    statuses,
    /** What the user was told. */
    told,
    get publisher() {
      return running.publisher;
    },
    get ledger() {
      return running.ledger;
    },
    get database() {
      return running.database;
    },
    /** The owner epoch of the engine that runs. */
    get epoch() {
      return running.epoch;
    },
    /** Adds a post that is due now, unless it says otherwise. */
    add: (post: PostDraft) =>
      running.publisher.add(
        parse(postInputSchema, { publishAt: toInstant(clock.now()), ...post }, 'a test'),
        { source: 'person' },
      ),
    /** Adds a post whose time came while nothing ran. The user's would be refused; a series is made late as well. */
    addLate: (post: PostDraft & { publishAt: string }) =>
      running.publisher.add(parse(postInputSchema, post, 'a test'), { source: 'series' }),
    /** What a check says of a post. */
    check: (post: PostDraft) => running.publisher.check(parse(postInputSchema, post, 'a test')),
    /** One beat. */
    beat: () => running.publisher.publishNow({ signal: new AbortController().signal, say: () => undefined }),
    /** When there is next something to do, later than `after`. */
    nextDue: (after?: number) => nextDue(running.needs, after),
    /** One beat, with the clock moved on while it waits for time and not for an answer. */
    async patientBeat() {
      let done = false;
      const beat = this.beat().finally(() => {
        done = true;
      });
      beat.catch(() => undefined); // Awaited below; until then it must not count as unhandled.
      for (let idle = 0; !done; idle = isBusy() ? 0 : idle + 1) {
        if (idle > 3 && clock.pending() > 0) await clock.advance(1000);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return beat;
    },
    /** Beats whenever something is due, until nothing waits or `hours` have passed; answers how long that took, in seconds. */
    async untilQuiet(hours = 48) {
      const start = clock.now();
      for (;;) {
        await this.patientBeat();
        const next = await this.nextDue();
        const passed = clock.now() - start;
        if (next === null || next - start > hours * 3_600_000) return passed / 1000;
        await clock.advance(Math.max(next - clock.now(), 1));
      }
    },
    /** Ends the engine as it stands and starts another one. */
    async restart() {
      await running.publisher.stop();
      await running.database.close();
      running = await engine();
      restarted = true;
      await running.publisher.start();
    },
    /** A PNG or (by its name) a JPEG to attach; each name has content of its own. */
    picture(name: string, width = 1200, height = 1000): string {
      const path = join(home, name);
      writeFileSync(path, name.endsWith('.jpg') ? jpegOf(width, height, name) : pngOf(width, height, name));
      return path;
    },
  };
}

function accountId(model: ModelName): string {
  return model.replace('.', '-');
}

/** Account ids are made of model names. */
export function networkOf(id: string): Network {
  return allNetworks.find((network) => network === id) ?? 'mastodon';
}

/** A PNG of this size, one bit per pixel and all of it black; each `content` makes another file. */
export function pngOf(width: number, height: number, content: string): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = Buffer.alloc((1 + Math.ceil(width / 8)) * height);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.byteLength);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), Buffer.from(content)])),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A grey JPEG of this size whose blocks all take two bits (ITU T.81, annexes B and F); each `content` makes another file. */
export function jpegOf(width: number, height: number, content: string): Buffer {
  const segment = (marker: number, data: readonly number[] | Buffer) => {
    const length = data.length + 2;
    return Buffer.concat([Buffer.from([0xff, marker, length >> 8, length & 255]), Buffer.from(data)]);
  };
  const oneCode = [1, ...Array<number>(15).fill(0), 0];
  const bits = 2 * Math.ceil(width / 8) * Math.ceil(height / 8);
  const scan = Buffer.alloc(Math.ceil(bits / 8));
  if (bits % 8 > 0) scan[scan.length - 1] = 0xff >> (bits % 8);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xfe, Buffer.from(content)),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    segment(0xc4, [0x00, ...oneCode]),
    segment(0xc4, [0x10, ...oneCode]),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    scan,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A port, with its open calls counted. */
function counted<P extends object>(port: P, calls: { open: number }): P {
  return new Proxy(port, {
    get(target, name: string & keyof P) {
      const call = target[name] as (...given: unknown[]) => Promise<unknown>;
      return (...given: unknown[]) => {
        calls.open += 1;
        return call(...given).finally(() => {
          calls.open -= 1;
        });
      };
    },
  });
}
