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
