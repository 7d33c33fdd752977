/** Version 5: what is known of media beyond type and size, and what lies in people's buckets. */
export const media = `
ALTER TABLE media ADD COLUMN details TEXT;

-- Files that Belfry put into a bucket, so that it can take them away again.
CREATE TABLE bucket_files (
  account_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- When it was last wanted.
  at INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;
`;
