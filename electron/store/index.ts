export { createAccountStates } from './account-state.ts';
export { type ConfigCheck, type ConfigReading, readConfig, readConfigText } from './config.ts';
export { type ConfigFile, confFile, type StoreLike, type StoreOptions } from './config-file.ts';
export { type ConfigStore, type ConfigStoreDeps, configNote, createConfigStore } from './config-store.ts';
export { parseJsonText } from './config-text.ts';
export {
  assertEpoch,
  type Database,
  type OpenDatabase,
  openDatabase,
  raiseEpoch,
  readMeta,
  writeMeta,
} from './database.ts';
export { writeDurably } from './durable-file.ts';
export { homeExposure, locateHome, prepareHome } from './home.ts';
export {
  defaultHome,
  defaultStateFolder,
  type HomePaths,
  homePaths,
  type Machine,
  thisMachine,
} from './home-paths.ts';
export { type HomePart, watchHome } from './home-watch.ts';
export { createHousekeeping, type Housekeeping } from './housekeeping.ts';
export type {
  Claim,
  Claimed,
  ClaimedRun,
  CutRemark,
  EndedRun,
  EventClaim,
  Gap,
  JobEnding,
  JobState,
  LineGroup,
  NewRun,
  NewStep,
  RunEnd,
  RunLedger,
  SlotLedger,
  StepChange,
  StoredRun,
  StoredStep,
} from './ledgers.ts';
export { createMediaLedger } from './media-ledger.ts';

export { openStore, type Store } from './open-store.ts';
export { type HomeLock, isOwned, type Owner, readOwner, takeHome } from './owner.ts';
export { createPostLedger } from './posts.ts';
export type { Retention } from './retention.ts';
export type { LastRun } from './run-queries.ts';
export { createRunReader, type RunReader } from './run-reader.ts';
export { createRunLedger } from './runs.ts';
export type { Tables } from './schema.ts';
export { createSecretsFile } from './secrets-file.ts';
export {
  type Advance,
  createSeriesLedger,
  type SeriesLedger,
  type StoredOccurrence,
  type StoredSeries,
} from './series.ts';
export { createSlotLedger, readAnchors } from './slots.ts';
