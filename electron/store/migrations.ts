import type { DatabaseSync } from 'node:sqlite';
import { BelfryError } from '../../shared/index.ts';

/** Version 1: everything that the first release keeps. */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE job_state (
  job_id TEXT PRIMARY KEY,
  anchor INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  active INTEGER NOT NULL,
  schedule TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  job_id TEXT NOT NULL,
  job_name TEXT NOT NULL,
  cause TEXT NOT NULL,
  slot INTEGER,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  from_step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  reason TEXT,
  origin_id TEXT,
  not_before INTEGER,
  parameters TEXT,
  gap_count INTEGER,
  gap_first INTEGER,
  gap_last INTEGER
) STRICT;
-- A slot is (job, instant) and exists once, whatever happens. The instant first: new slots go to the index's end.
CREATE UNIQUE INDEX runs_slot ON runs (slot, job_id) WHERE cause IN ('schedule', 'catch-up') AND slot IS NOT NULL;
CREATE INDEX runs_job ON runs (job_id, seq);
CREATE INDEX runs_status ON runs (status, seq);
-- The newest run of each job that really ran.
CREATE INDEX runs_ended ON runs (job_id, seq)
  WHERE status IN ('success', 'failed', 'timed-out', 'cancelled', 'interrupted');
-- Runs that had nothing to do replace each other.
CREATE INDEX runs_quiet ON runs (job_id, reason) WHERE status = 'success' AND reason IS NOT NULL;

CREATE TABLE steps (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  exit_code INTEGER,
  signal TEXT,
  pid INTEGER,
  pid_started_at TEXT,
  started_at INTEGER,
  finished_at INTEGER,
  error TEXT,
  result TEXT,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

-- Ids are never used again: the search index knows by them how far it has come.
CREATE TABLE output (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  heads TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (run_id, first_seq)
) STRICT;

CREATE TABLE posts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  note TEXT NOT NULL,
  visibility TEXT,
  content_warning TEXT,
  language TEXT,
  sensitive INTEGER,
  publish_at INTEGER,
  thread TEXT NOT NULL,
  source TEXT NOT NULL,
  run_id TEXT,
  -- Names the line of output that a post came from: adding it again finds the post instead of making a second one.
  origin_key TEXT UNIQUE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX posts_due ON posts (publish_at);

CREATE TABLE media (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  position INTEGER NOT NULL,
  file TEXT NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  alt TEXT NOT NULL,
  focus TEXT,
  public_url TEXT,
  width INTEGER,
  height INTEGER,
  UNIQUE (post_id, part, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE targets (
  post_id TEXT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL,
  override TEXT NOT NULL,
  due_at INTEGER,
  -- posts.seq, so that what is due together keeps its order without a join.
  post_seq INTEGER NOT NULL,
  remote_id TEXT,
  url TEXT,
  error_code TEXT,
  error_message TEXT,
  not_before INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (post_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX targets_counted ON targets (status, post_id) WHERE status IN ('queued', 'sending', 'failed', 'unconfirmed', 'missed');
CREATE INDEX targets_unconfirmed ON targets (not_before) WHERE status = 'unconfirmed';
-- What is due, without walking through what was published or lies ahead.
CREATE INDEX targets_due ON targets (due_at) WHERE status IN ('queued', 'sending');
CREATE INDEX targets_next ON targets (account_id, due_at, post_seq) WHERE status IN ('queued', 'sending');
CREATE INDEX targets_published ON targets (account_id, updated_at) WHERE status = 'published';

CREATE TABLE attempts (
  post_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  state TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  uploads TEXT NOT NULL,
  newest_seen TEXT,
  first_sent_at INTEGER,
  last_sent_at INTEGER,
  lookups INTEGER NOT NULL DEFAULT 0,
  epoch INTEGER NOT NULL,
  remote_id TEXT,
  url TEXT,
  PRIMARY KEY (post_id, account_id, part),
  FOREIGN KEY (post_id, account_id) REFERENCES targets (post_id, account_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_remote ON attempts (account_id, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX attempts_doubt ON attempts (account_id, body_hash) WHERE state IN ('sending', 'unknown', 'contradicted');

-- Why a target is where it is: one line per step of its way, never changed.
CREATE TABLE target_history (
  seq INTEGER PRIMARY KEY,
  post_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  status TEXT NOT NULL,
  note TEXT NOT NULL,
  FOREIGN KEY (post_id, account_id) REFERENCES targets (post_id, account_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX target_history_target ON target_history (post_id, account_id);

CREATE TABLE account_state (
  account_id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  reason TEXT,
  token_expires_at INTEGER,
  checked_at INTEGER
) STRICT, WITHOUT ROWID;
`;

/**
 * Version 2: search in what runs printed. One entry per block of lines; `detail=none` keeps no positions, so that the
 * index has some 10 % of the text's size, and what it finds is looked at again. Entries go with their blocks.
 */
export const outputIndex = `
CREATE VIRTUAL TABLE output_index
  USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none);
-- By itself the index would merge its parts in the middle of a write, for 50 ms and more: housekeeping does so in small steps.
INSERT INTO output_index (output_index, rank) VALUES ('automerge', 0);
INSERT INTO output_index (output_index, rank) VALUES ('crisismerge', 64);
CREATE TRIGGER output_gone AFTER DELETE ON output BEGIN
  DELETE FROM output_index WHERE rowid = old.id;
END;
-- What is too old to be kept.
CREATE INDEX runs_created ON runs (created_at);
`;

/** Version 3: polls, first comments and tags of posts; editions of targets, and what one published before its post was edited. */
const postExtras = `
-- JSON, as the schema of a post has it.
ALTER TABLE posts ADD COLUMN poll TEXT;
ALTER TABLE posts ADD COLUMN first_comment TEXT;
-- JSON list of labels.
ALTER TABLE posts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
-- Raised when the user changes what goes out or when: a sender that has read the edition before must not claim it.
ALTER TABLE targets ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN sent TEXT;
-- Drafts and what was cancelled are few among many.
CREATE INDEX targets_aside ON targets (status, post_id) WHERE status IN ('draft', 'cancelled');
`;

/** Version 4: posts that come again and again. */
const series = `
CREATE TABLE series (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  definition TEXT NOT NULL,
  revision INTEGER NOT NULL,
  anchor INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  handled INTEGER NOT NULL,
  problem TEXT
) STRICT;

-- One line per post that was made or skipped; a post of the rule without one is still to be made.
CREATE TABLE series_occurrences (
  series_id TEXT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  post_id TEXT,
  revision INTEGER NOT NULL,
  fingerprint TEXT,
  PRIMARY KEY (series_id, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE series_gaps (
  seq INTEGER PRIMARY KEY,
  series_id TEXT NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  count INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX series_gaps_series ON series_gaps (series_id, seq);
`;

/** Version 5: what is known of media beyond type and size, and what lies in people's buckets. */
const media = `
ALTER TABLE media ADD COLUMN details TEXT;

-- Files that Belfry put into a bucket, so that it can take them away again.
CREATE TABLE bucket_files (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- When it was last wanted.
  at INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;
`;

/** Version 6: what a job was when one of its runs failed, so that an edit ends the retry that waits. */
const retries = `
ALTER TABLE runs ADD COLUMN job_key TEXT;
`;

/** Version 7: where the server of an account sends its requests, once it has moved. */
const movedAccounts = `
ALTER TABLE account_state ADD COLUMN moved_to TEXT;
`;

/** Version 8: why a target is put off, so that a post that waits can say so and holds no others without need. */
const holds = `
ALTER TABLE targets ADD COLUMN hold TEXT;
UPDATE targets SET hold = CASE status WHEN 'queued' THEN 'back-off' ELSE 'look-up' END WHERE not_before IS NOT NULL;
CREATE INDEX targets_held ON targets (account_id, not_before) WHERE hold IS NOT NULL AND status IN ('queued', 'sending');
`;

/** Version 9: the runs of a job in one status, however rare, without a walk through its others; the posts that have a file. */
const readingOrder = `
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq);
CREATE INDEX media_file ON media (file);
`;

/** Version 10: what a network left out or changed of a post that it published. */
const differences = `
-- JSON list of short texts.
ALTER TABLE targets ADD COLUMN differs TEXT;
`;

/**
 * Version 11: less to write for a slot that is claimed. Cursors stand apart from the long texts of schedules, and a run
 * goes into the indexes that lists and housekeeping read when it is over.
 */
const cheaperClaims = `
CREATE TABLE job_cursors (job_id TEXT PRIMARY KEY, cursor INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO job_cursors SELECT job_id, cursor FROM job_state;
ALTER TABLE job_state DROP COLUMN cursor;
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq) WHERE status NOT IN ('queued', 'running');
DROP INDEX runs_created;
CREATE INDEX runs_created ON runs (created_at) WHERE status NOT IN ('queued', 'running');
`;

/**
 * Version 12: less to decide for a slot that is claimed. Whether a run stands in the indexes of what is over is seen from
 * one column that is empty until then, not by comparing its status with up to five words in each of them. Quiet looks are not stored any more, nor indexed.
 */
const runsThatAreOver = `
UPDATE runs SET finished_at = coalesce(started_at, created_at)
  WHERE status NOT IN ('queued', 'running') AND finished_at IS NULL;
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq) WHERE finished_at IS NOT NULL;
DROP INDEX runs_created;
CREATE INDEX runs_created ON runs (created_at) WHERE finished_at IS NOT NULL;
DROP INDEX runs_ended;
CREATE INDEX runs_ended ON runs (job_id, seq) WHERE finished_at IS NOT NULL
  AND status IN ('success', 'failed', 'timed-out', 'cancelled', 'interrupted');
DROP INDEX runs_quiet;
`;

/** Version 13: what is out and still to be compared with what was meant, and why a comparison could not be made. */
const comparisons = `
-- When to compare it next; null when it is compared, or when the publish response already covered it.
ALTER TABLE attempts ADD COLUMN compare_at INTEGER;
ALTER TABLE attempts ADD COLUMN compare_tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX attempts_compare ON attempts (account_id, compare_at) WHERE compare_at IS NOT NULL;
ALTER TABLE targets ADD COLUMN not_compared TEXT;
`;

/** SQL that leads from version n to n + 1, in order. Never change one that was released: add another. */
const migrations: readonly string[] = [
  first,
  outputIndex,
  postExtras,
  series,
  media,
  retries,
  movedAccounts,
  holds,
  readingOrder,
  differences,
  cheaperClaims,
  runsThatAreOver,
  comparisons,
];

/** The version that this program writes. */
export const newestVersion = migrations.length;

/** Version of the database's tables; 0 for a new file. */
export function versionOf(raw: DatabaseSync): number {
  return Number(raw.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** Brings the database to the newest version, each step whole or not at all. */
export function migrate(raw: DatabaseSync, path: string): void {
  const version = versionOf(raw);
  if (version > newestVersion) {
    throw new BelfryError({
      code: 'DATABASE_UNUSABLE',
      what: `The database has version ${version}`,
      where: path,
      why: `This Belfry knows versions up to ${newestVersion}: a newer one wrote it`,
      remedy: 'Start the newer Belfry',
    });
  }
  migrations.slice(version).forEach((sql, index) => {
    step(raw, `${sql}; PRAGMA user_version = ${version + index + 1};`);
  });
}

function step(raw: DatabaseSync, sql: string): void {
  raw.exec('BEGIN IMMEDIATE');
  try {
    raw.exec(`${sql} COMMIT;`);
  } catch (error) {
    if (raw.isTransaction) raw.exec('ROLLBACK');
    throw error;
  }
}
