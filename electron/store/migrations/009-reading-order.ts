/** Version 9: the runs of a job in one status, however rare, without a walk through its others; the posts that have a file. */
export const readingOrder = `
DROP INDEX runs_job;
CREATE INDEX runs_job ON runs (job_id, status, seq);
CREATE INDEX media_file ON media (file);
`;
