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
