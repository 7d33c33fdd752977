/** Version 8: why a target is put off, so that a post that waits can say so and holds no others without need. */
export const holds = `
ALTER TABLE targets ADD COLUMN hold TEXT;
UPDATE targets SET hold = CASE status WHEN 'queued' THEN 'back-off' ELSE 'look-up' END WHERE not_before IS NOT NULL;
CREATE INDEX targets_held ON targets (account_id, not_before) WHERE hold IS NOT NULL AND status IN ('queued', 'sending');
`;
