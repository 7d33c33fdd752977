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
