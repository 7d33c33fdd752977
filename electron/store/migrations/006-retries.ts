/** Version 6: what a job was when one of its runs failed, so that an edit ends the retry that waits. */
export const retries = `
ALTER TABLE runs ADD COLUMN job_key TEXT;
`;
