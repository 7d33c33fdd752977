export { type Database, type OpenDatabase, openDatabase } from './database.ts';
export { assertEpoch, raiseEpoch } from './epoch.ts';
export { readMeta, writeMeta } from './meta.ts';
export type { Tables } from './schema.ts';
