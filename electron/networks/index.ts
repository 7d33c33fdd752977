export type {
  Adapter,
  Draft,
  DraftMedia,
  Hosted,
  LookUp,
  Prepared,
  Refusal,
  Remote,
  RepeatRule,
  SendRecord,
  Sent,
  Session,
  Upload,
} from './adapter.ts';
export { extensionOf, fileProblem } from './files.ts';
export { createHttp, type Fetch, type Http, type HttpAnswer, type HttpResult } from './http.ts';
export type { FormatLimits, Limits, MediaDetails, PictureLimits, PollLimits } from './limits.ts';
export { createAdapters, credentialKindOf, providerOf } from './registry.ts';
export { printable, type RequestDeps, requestWasNeverSent } from './request.ts';
export {
  type App,
  type Candidate,
  type Credential,
  credentialSchema,
  type Owner,
  type Proof,
  type RedirectWish,
  ServerMoved,
  type SignInProvider,
  type StartedSignIn,
  secretsOf,
} from './sign-in.ts';
export { pause, spentUntil } from './timing.ts';
