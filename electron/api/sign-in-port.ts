import type { MetaAppView, ReconnectInput, SignInInput, SignInView } from '../../shared/index.ts';

/** What the door needs of the accounts for signing in. */
export type SignInPort = {
  signIn(input: SignInInput): Promise<SignInView>;
  reconnect(input: ReconnectInput): Promise<SignInView>;
  signInState(session: string): SignInView;
  finishSignIn(session: string, code: string): Promise<SignInView>;
  choose(session: string, remoteIds: readonly string[]): Promise<SignInView>;
  cancelSignIn(session: string): void;
  apps(): Promise<MetaAppView[]>;
};
