// Writes the database at argv[2] anew, as the start of Belfry does; prints each remark of the log as JSON.
import { DatabaseSync } from 'node:sqlite';
import { makeShrinkable } from '../../electron/store/free-space.ts';

const path = process.argv[2] ?? '';
process.on('SIGXFSZ', () => {}); // Like Node's write, SQLite's is told of the limit by an error instead.
const raw = new DatabaseSync(path);
raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
console.log(JSON.stringify({ message: 'begun' }));
makeShrinkable(raw, path, (level, message, details) =>
  console.log(JSON.stringify({ level, message, details })),
);
raw.close();
