/**
 * Version 12: less to decide for a slot that is claimed. Whether a run stands in the indexes of what is over is seen from
 * one column that is empty until then, not by comparing its status with up to five words in each of them.
 */
export const runsThatAreOver = `
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
CREATE INDEX runs_quiet ON runs (job_id, reason) WHERE reason IS NOT NULL AND status = 'success';
`;
