/**
 * Version 2: search in what runs printed. One entry per block of lines; `detail=none` keeps no positions, so that the
 * index has some 4 % of the text's size, and what it finds is looked at again. Entries go with their blocks.
 */
export const outputIndex = `
CREATE VIRTUAL TABLE output_index
  USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram', detail = none);
CREATE TRIGGER output_gone AFTER DELETE ON output BEGIN
  DELETE FROM output_index WHERE rowid = old.id;
END;
-- What is too old to be kept.
CREATE INDEX runs_created ON runs (created_at);
`;
