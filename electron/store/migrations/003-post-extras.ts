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
