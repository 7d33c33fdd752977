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
export const postExtras = `
-- JSON, as the schema of a post has it.
ALTER TABLE posts ADD COLUMN poll TEXT;
ALTER TABLE posts ADD COLUMN first_comment TEXT;
-- JSON list of labels.
ALTER TABLE posts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
-- Raised when a person changes what goes out or when: a sender that has read the edition before must not claim it.
ALTER TABLE targets ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE targets ADD COLUMN sent TEXT;
-- Drafts and what was cancelled are few among many.
CREATE INDEX targets_aside ON targets (status, post_id) WHERE status IN ('draft', 'cancelled');
`;

/** Version 4: posts that come again and again. */
export const series = `
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
export const media = `
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
export const retries = `
ALTER TABLE runs ADD COLUMN job_key TEXT;
`;

/** Version 7: where the server of an account sends its requests, once it has moved. */
export const movedAccounts = `
ALTER TABLE account_state ADD COLUMN moved_to TEXT;
`;

/** Version 8: why a target is put off, so that a post that waits can say so and holds no others without need. */
export const holds = `
ALTER TABLE targets ADD COLUMN hold TEXT;
UPDATE targets SET hold = CASE status WHEN 'queued' THEN 'back-off' ELSE 'look-up' END WHERE not_before IS NOT NULL;
CREATE INDEX targets_held ON targets (account_id, not_before) WHERE hold IS NOT NULL AND status IN ('queued', 'sending');
`;

/** Version 9: the runs of a job in one status, however rare, without a walk through its others; the posts that have a file. */
export const readingOrder = `
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq);
CREATE INDEX media_file ON media (file);
`;

/** Version 10: what a network left out or changed of a post that it published. */
export const differences = `
-- JSON list of short texts.
ALTER TABLE targets ADD COLUMN differs TEXT;
`;

/**
 * Version 11: less to write for a slot that is claimed. Cursors stand apart from the long texts of schedules, and a run
 * goes into the indexes that lists and housekeeping read when it is over.
 */
export const cheaperClaims = `
CREATE TABLE job_cursors (job_id TEXT PRIMARY KEY, cursor INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO job_cursors SELECT job_id, cursor FROM job_state;
ALTER TABLE job_state DROP COLUMN cursor;
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq) WHERE status NOT IN ('queued', 'running');
DROP INDEX runs_created;
CREATE INDEX runs_created ON runs (created_at) WHERE status NOT IN ('queued', 'running');
`;
