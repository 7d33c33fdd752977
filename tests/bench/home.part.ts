import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Database, openDatabase } from '../../electron/store/database.ts';
import { packLines } from '../../electron/store/output-blocks.ts';
import { indexMore, tidyIndex } from '../../electron/store/output-index.ts';
import type { ConfigInput } from '../../shared/index.ts';

/** How much a home holds. */
export type HomeSize = { jobs: number; accounts: number; posts: number; runs: number; lines: number };

/** The home of issue 8: years of work of a busy team. */
export const busyHome: HomeSize = {
  jobs: 1000,
  accounts: 20,
  posts: 10_000,
  runs: 200_000,
  lines: 5_000_000,
};

const day = 86_400_000;
const minute = 60_000;
const words =
  'ingest news event Philadelphia duplicate found skipping INFO WARN http status retry token account publish queue item processed seconds elapsed source article title cluster merge score embedding batch request response cache miss hit'.split(
    ' ',
  );

/** Lines as a pipeline logs them: time, an id of its own, words. */
export function logLine(at: number): string {
  const id = (Math.imul(at, 2654435761) >>> 0).toString(16);
  let text = `2026-11-22T09:${String(at % 60).padStart(2, '0')}:00Z id=${id}`;
  for (let word = at; text.length < 80; word = (word * 7 + 3) % 1_000_003)
    text += ` ${words[word % words.length]}`;
  return text;
}

/** The text that stands in one line of all. */
export const needle = 'the one NeedleInTheHaystack of them all';

/** Writes a home folder of this size into `dir`, with the scheduler paused; some two minutes for `busyHome`. */
export async function fillHome(
  dir: string,
  size: HomeSize,
  now: number,
  progress: (what: string) => void = () => {},
): Promise<void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, 'config.json'), JSON.stringify(configOf(size)), { mode: 0o600 });
  const { db, raw, close } = openDatabase(join(dir, 'belfry.db'));
  raw.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000');
  progress(`${size.runs} runs, ${size.posts} posts`);
  inOne(raw, () => {
    raw.exec(`INSERT INTO meta VALUES ('scheduler_paused_since', '${now - day}')`);
    fillRuns(raw, size, now);
    fillPosts(raw, size, now);
    fillAccounts(raw, size, now);
  });
  progress(`${size.lines} lines of output`);
  fillOutput(raw, size, now);
  progress('its search index');
  await indexAll(db, raw);
  raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await close();
}

/**
 * Indexes all output: in few large pieces, which are merged less often than those of a running engine. What the index
 * holds is the same, and an engine finds nothing left to do.
 */
async function indexAll(db: Database, raw: DatabaseSync): Promise<void> {
  const hashSize = (bytes: number) =>
    raw.exec(`INSERT INTO output_index (output_index, rank) VALUES ('hashsize', ${bytes})`);
  hashSize(64 * 1024 * 1024);
  inOne(raw, () => {
    raw.exec(`INSERT INTO output_index (rowid, text) SELECT id, text FROM output;
      INSERT INTO meta SELECT 'output_indexed', max(id) FROM output`);
  });
  hashSize(1024 * 1024);
  const isMore = await db.transaction().execute(async (trx) => {
    await tidyIndex(trx, 1000);
    return indexMore(trx, 1024 * 1024);
  });
  if (isMore) throw new Error('The engine would index again what the benchmark has indexed.');
}

function configOf({ jobs, accounts }: HomeSize): ConfigInput {
  const ids = Array.from({ length: accounts }, (_, i) => `account-${i}`);
  return {
    settings: { keepRunsDays: null, keepRunsPerJob: null, keepDatabaseMiB: null, timezone: 'Europe/Berlin' },
    workspaces: [{ id: 'smm', cwd: '/', command: ['/bin/true'], env: {} }],
    jobs: Array.from({ length: jobs }, (_, i) => ({
      id: jobId(i),
      name: `Job number ${i}`,
      triggers:
        i % 2 === 0
          ? [{ type: 'interval', hours: 1 + (i % 23) }]
          : [{ type: 'cron', expression: `${i % 60} ${i % 24} * * mon-fri` }],
      steps: [
        { type: 'command', name: 'Ingest', workspace: 'smm', args: ['ingest'] },
        { type: 'command', name: 'Deduplicate', workspace: 'smm', args: ['deduplicate'] },
      ],
    })),
    accounts: ids.map((id) => ({
      id,
      network: 'mastodon',
      server: 'http://127.0.0.1:9',
      remoteId: id,
      handle: `@${id}`,
    })),
    queues: ids.map((account) => ({
      account,
      slots: [
        { days: ['mon', 'wed', 'fri'], at: '09:00' },
        { days: ['sat'], at: '17:30' },
      ],
    })),
    texts: Array.from({ length: 50 }, (_, i) => ({ id: `text-${i}`, text: 'Hello {name}' })),
  };
}

function fillRuns(raw: DatabaseSync, { jobs, runs }: HomeSize, now: number): void {
  const run = raw.prepare(
    `INSERT INTO runs (id, job_id, job_name, cause, slot, status, attempt, from_step, epoch, created_at, started_at,
      finished_at, reason) VALUES (?, ?, ?, ?, ?, ?, 1, 0, 1, ?, ?, ?, ?)`,
  );
  const step = raw.prepare(
    `INSERT INTO steps (run_id, position, name, status, exit_code, started_at, finished_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (let i = 0; i < runs; i += 1) {
    const at = runAt(i, runs, now);
    // A quarter belongs to one job that runs every minute, as busy homes have it.
    const job = i % 4 === 0 ? 0 : i % jobs;
    const status =
      i % 50 === 1 ? 'failed' : i % 97 === 2 ? 'skipped' : i % 5000 === 3 ? 'timed-out' : 'success';
    const ran = status !== 'skipped';
    run.run(
      runId(i),
      jobId(job),
      `Job number ${job}`,
      i % 20 === 5 ? 'manual' : 'schedule',
      i % 20 === 5 ? null : at,
      status,
      at,
      ran ? at + 5 : null,
      at + 4000,
      status === 'success' ? null : 'exit code 1',
    );
    if (!ran) continue;
    step.run(runId(i), 0, 'Ingest', 'success', 0, at + 5, at + 2000);
    step.run(runId(i), 1, 'Deduplicate', status, status === 'success' ? 0 : 1, at + 2000, at + 4000);
  }
}

/** Three fifths in runs of 20 lines, the rest in long ones: many small blocks and many large ones. */
function fillOutput(raw: DatabaseSync, { runs, lines }: HomeSize, now: number): void {
  const insert = raw.prepare(
    'INSERT INTO output (run_id, first_seq, last_seq, heads, text) VALUES (?, ?, ?, ?, ?)',
  );
  const long = 5000;
  const small = Math.min(runs, Math.floor((lines * 0.6) / 20));
  const every = Math.max(1, Math.floor((small * long) / (lines * 0.4)));
  let written = 0;
  inOne(raw, () => {
    for (let i = runs - small; i < runs && written < lines; i += 1) {
      const count = i % every === 0 ? long : 20;
      const texts = Array.from({ length: count }, (_, line) => logLine(written + line));
      if (i === runs - small + 3) texts[7] = needle;
      for (const block of packLines(runId(i), [
        { first: 1, step: 0, at: runAt(i, runs, now), stream: 'stdout', texts },
      ]))
        insert.run(block.run_id, block.first_seq, block.last_seq, block.heads, block.text);
      written += count;
    }
  });
}

function fillPosts(raw: DatabaseSync, { posts, accounts }: HomeSize, now: number): void {
  const post = raw.prepare(
    `INSERT INTO posts (seq, id, text, note, publish_at, thread, source, tags, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, 'cli', ?, ?, ?)`,
  );
  const target = raw.prepare(
    `INSERT INTO targets (post_id, account_id, position, status, override, due_at, post_seq, remote_id, url,
      error_code, error_message, not_before, updated_at) VALUES (?, ?, ?, ?, '{}', ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const attempt = raw.prepare(
    `INSERT INTO attempts (post_id, account_id, part, state, idempotency_key, body_hash, uploads, epoch)
     VALUES (?, ?, 0, 'published', ?, ?, '[]', 1)`,
  );
  const history = raw.prepare(
    'INSERT INTO target_history (post_id, account_id, at, status, note) VALUES (?, ?, ?, ?, ?)',
  );
  const media = raw.prepare(
    `INSERT INTO media (id, post_id, part, position, file, name, mime, bytes, sha256, alt)
     VALUES (?, ?, 0, 0, ?, 'picture.jpg', 'image/jpeg', 300000, ?, 'A picture')`,
  );
  for (let i = 0; i < posts; i += 1) {
    const status = postStatus(i);
    const ahead = status === 'queued' ? now + (1 + i) * 10 * minute : now - (posts - i) * 10 * minute;
    const at = isOverdue(i) ? now - 10 * minute - (posts - i) : ahead;
    const due = status === 'draft' ? null : at;
    post.run(
      i + 1,
      postId(i),
      `Post number ${i}: ${logLine(i)} and some more words, so that it is as long as posts are. ${'#tag '.repeat(6)}`,
      '',
      due,
      i % 10 === 0 ? JSON.stringify(['And a second part of it.']) : '[]',
      JSON.stringify([`tag-${i % 30}`]),
      at - day,
      at,
    );
    if (i % 2 === 0) media.run(`media-${i}`, postId(i), `media-${i}`, `sha-${i}`);
    for (const [position, account] of [i % accounts, (i + 7) % accounts].entries()) {
      const id = `account-${account}`;
      const url = `http://127.0.0.1:9/@${id}/${i}`;
      const error = status === 'failed' ? ['NETWORK', 'The server said no'] : [null, null];
      const gone = status === 'published' ? [`remote-${i}-${position}`, url] : [null, null];
      const look = status === 'unconfirmed' ? now + 300 * day : null;
      target.run(postId(i), id, position, status, due, i + 1, ...gone, ...error, look, at);
      for (let line = 0; line < 3; line += 1)
        history.run(postId(i), id, at + line, status, 'A step on its way');
      if (status === 'published') attempt.run(postId(i), id, `key-${i}-${position}`, `hash-${i}`);
    }
  }
}

/** Three tenths wait for an account that cannot be reached. */
function isOverdue(i: number): boolean {
  return i % 10 >= 7;
}

function postStatus(i: number): string {
  if (i % 10 === 1 || isOverdue(i)) return 'queued';
  return (
    ['draft', 'failed', 'missed', 'unconfirmed', 'cancelled'][i % 40 < 5 && i % 40 !== 1 ? i % 40 : -1] ??
    'published'
  );
}

function fillAccounts(raw: DatabaseSync, { accounts }: HomeSize, now: number): void {
  const state = raw.prepare(
    `INSERT INTO account_state (account_id, status, checked_at) VALUES (?, 'ready', ?)`,
  );
  for (let i = 0; i < accounts; i += 1) state.run(`account-${i}`, now);
}

function inOne(raw: DatabaseSync, work: () => void): void {
  raw.exec('BEGIN');
  work();
  raw.exec('COMMIT');
}

/** Runs are spread over a year, the last one just now. */
function runAt(i: number, runs: number, now: number): number {
  return Math.floor(now - minute - ((runs - i) * 365 * day) / runs);
}

/** Ids as Belfry gives them: 16 hexadecimal digits in no order. */
export function runId(i: number): string {
  return (Math.imul(i + 1, 2654435761) >>> 0).toString(16).padStart(8, '0') + i.toString(16).padStart(8, '0');
}

/** The posts' ids, likewise. */
export function postId(i: number): string {
  return runId(i + 1_000_000);
}

/** The jobs' ids. */
export function jobId(i: number): string {
  return `job-${i}`;
}
