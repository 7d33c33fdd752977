export { createAccountStates } from './account-state.ts';
export { type ConfigCheck, readConfigText } from './config.ts';
export { type ConfigFile, confFile } from './config-file.ts';
export { type ConfigStore, configNote, createConfigStore } from './config-store.ts';
export { parseJsonText } from './config-text.ts';
export { assertEpoch, type OpenDatabase, openDatabase, raiseEpoch, readMeta, writeMeta } from './database.ts';
export { durableFile, writeDurably } from './durable-file.ts';
export { homeExposure, locateHome, prepareHome } from './home.ts';
export { defaultHome, defaultStateFolder, type HomePaths, homePaths, thisMachine } from './home-paths.ts';
export { watchHome } from './home-watch.ts';
export { createHousekeeping } from './housekeeping.ts';
export type {
  Claim,
  Claimed,
  ClaimedRun,
  EndedRun,
  EventClaim,
  Gap,
  JobState,
  LineGroup,
  NewRun,
  NewStep,
  RunEnd,
  RunLedger,
  SlotLedger,
  StepChange,
  StoredRun,
} from './ledgers.ts';
export { createMediaLedger } from './media-ledger.ts';

export { openStore, type Store } from './open-store.ts';
export { isOwned, type Owner, readOwner, takeHome } from './owner.ts';
export { createPostLedger } from './posts.ts';
export type { Retention } from './retention.ts';
export { createRunReader, type RunReader } from './run-reader.ts';
export { createRunLedger } from './runs.ts';
export { createSecretsFile } from './secrets-file.ts';
export {
  type Advance,
  createSeriesLedger,
  type SeriesLedger,
  type StoredOccurrence,
  type StoredSeries,
} from './series.ts';
export { createSlotLedger, readAnchors } from './slots.ts';
