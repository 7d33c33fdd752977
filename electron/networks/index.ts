export type {
  Adapter,
  Draft,
  DraftMedia,
  Hosted,
  LookUp,
  Prepared,
  ReadBack,
  Refusal,
  Remote,
  RepeatRule,
  SendRecord,
  Sent,
  Session,
  Upload,
} from './adapter.ts';
export { extensionOf, fileBody, fileProblem } from './files.ts';
export {
  createHttp,
  type Fetch,
  type Http,
  type HttpAnswer,
  type HttpDeps,
  type HttpResult,
  Unreachable,
} from './http.ts';
export type { FormatLimits, Limits, MediaDetails, PictureLimits, PollLimits } from './limits.ts';
export { createAdapters, providerFor, providerOf } from './registry.ts';
export {
  type App,
  appSchema,
  type Candidate,
  type Credential,
  credentialSchema,
  endingSoon,
  type Owner,
  printable,
  type RedirectWish,
  renewalDue,
  renewalUrgent,
  ServerMoved,
  type SignInProvider,
  type StartedSignIn,
  secretsOf,
} from './sign-in.ts';
