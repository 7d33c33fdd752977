/** Version 10: what a network left out or changed of a post that it published. */
export const differences = `
-- JSON list of short texts.
ALTER TABLE targets ADD COLUMN differs TEXT;
`;
