import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { noDetails } from '../../electron/publisher/media/facts.ts';
import type { Attempt } from '../../electron/publisher/ports.ts';
import { systemRandom } from '../../electron/system.ts';
import { newPost, openHome } from './posts.part.home.ts';
import { percentile, type Result } from './result.ts';

const idle = new AbortController().signal;

/** Posts: finding what is due, the ledger's rate, a burst, latency and memory. */
export async function run(): Promise<Result[]> {
  return [
    await finding(),
    await ledgerRate(),
    await burst(0),
    await burst(5),
    await burst(50),
    await latency(),
    await memory(),
  ].flat();
}

async function finding(): Promise<Result[]> {
  const { raw, ledger, nextDue, end } = await openHome();
  const pending = 100_000;
  const now = Date.now();
  raw.exec('BEGIN');
  const post = raw.prepare(
    `INSERT INTO posts (id, text, note, publish_at, thread, source, created_at, updated_at) VALUES (?, 'Text', '', ?, '[]', 'cli', 0, 0)`,
  );
  const target = raw.prepare(
    `INSERT INTO targets (post_id, account_id, position, status, override, due_at, post_seq, updated_at) VALUES (?, ?, 0, 'queued', '{}', ?, ?, 0)`,
  );
  for (let count = 0; count < pending; count += 1) {
    const due = now + 60_000 + count * 1000;
    post.run(`p${count}`, due);
    target.run(`p${count}`, String(count % 10), due, count + 1);
  }
  raw.exec('COMMIT');
  await ledger.add(newPost('3', now - 1));
  const heads = await timed(200, () => ledger.heads(now));
  const head = await timed(200, () => ledger.head('3', now));
  const next = await timed(200, nextDue);
  await end();
  const goal = '≤ 1 ms';
  const row = (name: string, value: number): Result => ({ name, value, unit: 'ms', goal, ok: value <= 1 });
  return [
    row('100,000 pending: which accounts have something due (median)', heads),
    row('100,000 pending: the post to send next, whole (median)', head),
    row('100,000 pending: when is the next one due (median)', next),
  ];
}

async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const figures: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const start = performance.now();
    await work();
    figures.push(performance.now() - start);
  }
  return percentile(figures, 0.5);
}

const attempt: Attempt = {
  part: 0,
  state: 'prepared',
  key: '00000000-0000-4000-8000-000000000000',
  bodyHash: createHash('sha256').update('bench').digest('hex'),
  uploads: [],
  newestSeen: '115500000000000000',
  firstSentAt: null,
  lastSentAt: null,
  lookups: 0,
  remoteId: null,
  url: null,
  comparison: null,
};

/** Claim, sending, published: three durable transactions per post, by the ledger and by bare statements, in turns. */
async function ledgerRate(): Promise<Result[]> {
  const { path, ledger, end } = await openHome();
  const rounds = 6;
  const perRound = 100;
  const ours: number[] = [];
  const bare: number[] = [];
  const other = new DatabaseSync(path);
  other.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  for (let round = 0; round < rounds; round += 1) {
    const mine = await seed(ledger, perRound);
    const theirs = await seed(ledger, perRound);
    ours.push(await rate(perRound, () => stepByLedger(ledger, mine)));
    bare.push(await rate(perRound, async () => stepByStatements(other, theirs)));
  }
  other.close();
  await end();
  const value = percentile(ours, 0.5);
  const baseline = { name: 'bare statements, same writes', value: percentile(bare, 0.5) };
  return [
    {
      name: 'claim → sending → published, each durable',
      value,
      unit: 'posts/s',
      baseline,
      goal: '≥ 80 % of bare',
      ok: value >= 0.8 * baseline.value,
    },
  ];
}

type Ledger = Awaited<ReturnType<typeof openHome>>['ledger'];

async function seed(ledger: Ledger, count: number): Promise<string[]> {
  const added = await Promise.all(Array.from({ length: count }, () => ledger.add(newPost('0', Date.now()))));
  return added.map(({ post }) => post.id);
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1000) / (performance.now() - start);
}

async function stepByLedger(ledger: Ledger, ids: readonly string[]): Promise<void> {
  for (const post of ids) {
    const at = Date.now();
    const base = { post, account: '0' };
    await ledger.record([{ ...base, from: 'queued', attempt, note: null }], at);
    const sending = { ...attempt, state: 'sending' as const, firstSentAt: at, lastSentAt: at };
    await ledger.record(
      [{ ...base, from: 'queued', target: { status: 'sending' }, attempt: sending, note: 'Being sent' }],
      at,
    );
    const remote = { remoteId: '115500000000000001', url: 'https://fake.example/@0/115500000000000001' };
    const done = { status: 'published' as const, ...remote, error: null, notBefore: null, tries: 0 };
    const published = { ...sending, ...remote, state: 'published' as const };
    await ledger.record(
      [{ ...base, from: 'sending', target: done, attempt: published, note: 'Published' }],
      at,
    );
  }
}

function stepByStatements(db: DatabaseSync, ids: readonly string[]): void {
  const epoch = db.prepare("SELECT value FROM meta WHERE key = 'owner_epoch'");
  const status = db.prepare('SELECT status FROM targets WHERE post_id = ? AND account_id = ?');
  const upsert = db.prepare(
    `INSERT INTO attempts (post_id, account_id, part, state, idempotency_key, body_hash, uploads, newest_seen, first_sent_at, last_sent_at, lookups, epoch, remote_id, url)
     VALUES (?, '0', 0, ?, ?, ?, '[]', ?, ?, ?, 0, 1, ?, ?)
     ON CONFLICT (post_id, account_id, part) DO UPDATE SET state = excluded.state, idempotency_key = excluded.idempotency_key,
       body_hash = excluded.body_hash, uploads = excluded.uploads, newest_seen = excluded.newest_seen, first_sent_at = excluded.first_sent_at,
       last_sent_at = excluded.last_sent_at, lookups = excluded.lookups, epoch = excluded.epoch, remote_id = excluded.remote_id, url = excluded.url`,
  );
  const target = db.prepare(
    `UPDATE targets SET status = ?, remote_id = ?, url = ?, error_code = NULL, error_message = NULL, not_before = NULL, tries = 0, updated_at = ? WHERE post_id = ? AND account_id = '0'`,
  );
  const history = db.prepare(
    "INSERT INTO target_history (post_id, account_id, at, status, note) VALUES (?, '0', ?, ?, ?)",
  );
  for (const id of ids) {
    const at = Date.now();
    const { key, bodyHash, newestSeen } = attempt;
    const step = (write: () => void) => {
      db.exec('BEGIN');
      epoch.get();
      status.get(id, '0');
      write();
      db.exec('COMMIT');
    };
    step(() => upsert.run(id, 'prepared', key, bodyHash, newestSeen, null, null, null, null));
    step(() => {
      target.run('sending', null, null, at, id);
      upsert.run(id, 'sending', key, bodyHash, newestSeen, at, at, null, null);
      history.run(id, at, 'sending', 'Being sent');
    });
    step(() => {
      const url = 'https://fake.example/@0/115500000000000001';
      target.run('published', '115500000000000001', url, at, id);
      upsert.run(id, 'published', key, bodyHash, newestSeen, at, at, '115500000000000001', url);
      history.run(id, at, 'published', 'Published');
    });
  }
}

/** 1,000 posts due at once over 10 accounts, beside ten bare fetch loops that make as many posts on the same server. */
async function burst(serverMs: number): Promise<Result[]> {
  const server = await startServer(serverMs);
  const { ledger, publisher, end } = await openHome(server.address);
  const total = 1000;
  await bareLoops(server.address, 200); // Both sides find warm connections and compiled code.
  await publishAll(ledger, publisher, 200);
  const bare = (total * 1000) / (await bareLoops(server.address, total));
  const value = (total * 1000) / (await publishAll(ledger, publisher, total));
  const ordered = await inOrder(server.address);
  await end();
  server.stop();
  return [
    {
      name: `1,000 posts at once over 10 accounts, server takes ${serverMs} ms`,
      value,
      unit: 'posts/s',
      baseline: { name: 'bare fetch loops', value: bare },
      goal: '≥ 90 % of bare, order kept',
      ok: value >= 0.9 * bare && ordered,
    },
  ];
}

async function publishAll(
  ledger: Ledger,
  publisher: Awaited<ReturnType<typeof openHome>>['publisher'],
  total: number,
): Promise<number> {
  const now = Date.now();
  await Promise.all(
    Array.from({ length: total }, (_, index) => ledger.add(newPost(String(index % 10), now))),
  );
  const start = performance.now();
  await publisher.publishNow({ signal: idle, say: () => undefined });
  return performance.now() - start;
}

async function bareLoops(address: string, total: number): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, async (_, account) => {
      for (let count = 0; count < total / 10; count += 1) {
        const response = await fetch(`${address}/api/v1/statuses`, {
          method: 'POST',
          headers: {
            authorization: `Bearer token-${account}`,
            'content-type': 'application/json',
            'idempotency-key': systemRandom.uuid(),
          },
          body: JSON.stringify({ status: `Bare ${count}`, visibility: 'public', sensitive: false }),
        });
        await response.json();
      }
    }),
  );
  return performance.now() - start;
}

async function listed(address: string, account: number): Promise<{ created_at: string; content: string }[]> {
  const response = await fetch(`${address}/api/v1/accounts/${account}/statuses?limit=40`, {
    headers: { authorization: `Bearer token-${account}` },
  });
  return (await response.json()) as { created_at: string; content: string }[];
}

async function inOrder(address: string): Promise<boolean> {
  const lists = await Promise.all(Array.from({ length: 10 }, (_, account) => listed(address, account)));
  return lists.every((list) => {
    const numbers = list.map(({ content }) => Number(/number (\d+)/.exec(content)?.[1])).reverse();
    return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
  });
}

/** From the due instant to the instant at which the server has the post, each post alone. */
async function latency(): Promise<Result[]> {
  const server = await startServer(0);
  const { ledger, publisher, end } = await openHome(server.address);
  const figures: number[] = [];
  await publisher.start();
  for (let count = 0; count < 120; count += 1) {
    const due = Date.now() + 40;
    const { post } = await ledger.add(newPost('0', due));
    publisher.wake();
    for (let status = ''; status !== 'published'; ) {
      await sleep(5);
      status = (await ledger.get(post.id))?.targets[0]?.status ?? '';
    }
    const [newest] = await listed(server.address, 0);
    if (count >= 20) figures.push(Date.parse(newest?.created_at ?? '') - due);
  }
  await end();
  server.stop();
  const value = percentile(figures, 0.99);
  return [
    { name: 'from due to visible, p99 of 100 posts', value, unit: 'ms', goal: '≤ 50 ms', ok: value <= 50 },
    { name: 'from due to visible, median', value: percentile(figures, 0.5), unit: 'ms' },
  ];
}

/** 100 MB of media in one upload: memory must not follow the file. */
async function memory(): Promise<Result[]> {
  const server = await startServer(0);
  const { home, ledger, publisher, end } = await openHome(server.address);
  const bytes = 100_000_000;
  const file = openSync(join(home, 'media', 'film'), 'w');
  for (let written = 0; written < bytes; written += 1_000_000)
    writeSync(file, Buffer.alloc(1_000_000, written % 251));
  closeSync(file);
  await ledger.add(newPost('0', Date.now()));
  await publisher.publishNow({ signal: idle, say: () => undefined });
  const film = {
    id: 'film',
    part: 0,
    position: 0,
    file: 'film',
    name: 'film.mp4',
    mime: 'video/mp4',
    bytes,
    width: null,
    height: null,
  };
  await ledger.add(
    newPost('0', Date.now(), [
      { ...film, sha256: '', alt: '', focus: null, publicUrl: null, details: noDetails },
    ]),
  );
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  const start = performance.now();
  await publisher.publishNow({ signal: idle, say: () => undefined });
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  const { queued } = await publisher.counts();
  await end();
  server.stop();
  const value = (peak - before) / 1024 ** 2;
  return [
    {
      name: 'memory while 100 MB of media go up',
      value,
      unit: 'MiB more',
      goal: '≤ 24 MiB, and it arrives',
      ok: value <= 24 && queued === 0,
    },
    { name: 'upload of 100 MB', value: 100 / seconds, unit: 'MB/s' },
  ];
}

async function startServer(delayMs: number): Promise<{ address: string; stop(): void }> {
  const script = fileURLToPath(new URL('posts.part.server.ts', import.meta.url));
  const child: ChildProcess = fork(script, [String(delayMs)]);
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('error', reject);
  });
  return { address, stop: () => void child.disconnect() };
}
