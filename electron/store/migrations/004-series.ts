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
