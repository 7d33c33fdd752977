import { createIds } from './ids.ts';
import type { Model } from './models.ts';
import { createSignInState, type FakeSignIn } from './sign-in/state.ts';

/** What anybody can see on a fake network: the log that tests judge by. */
export type VisiblePost = {
  id: string;
  account: string;
  text: string;
  warning: string;
  visibility: string;
  language: string | null;
  sensitive: boolean;
  media: string[];
  replyTo: string | null;
  at: number;
  key: string | null;
  /** As it was sent; null where none was. */
  poll?: unknown;
};

export type FakeUpload = {
  id: string;
  type: string;
  bytes: number;
  sha256: string;
  alt: string;
  focus: string | null;
  at: number;
  attachedTo: string | null;
  state: 'ready' | 'processing' | 'broken';
};

export type FakeDraft = {
  id: string;
  text: string;
  media: string[];
  state: 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'ERROR' | 'EXPIRED';
  /** Id of the post that it became. */
  post: string | null;
};

/** The memory of one fake server. */
export type World = {
  model: Model;
  now: () => number;
  nextId: () => string;
  nextMediaId: () => string;
  /** Everything that became visible, in the order in which it did. */
  visible: VisiblePost[];
  uploads: Map<string, FakeUpload>;
  /** Instagram's containers and Facebook's drafts: invisible until published. */
  drafts: Map<string, FakeDraft>;
  /** State of a new container. */
  containerState: FakeDraft['state'];
  /** Answers by idempotency key. */
  keys: Map<string, { at: number; status: number; body: unknown; done: boolean }>;
  /** Tokens that are let in, with the account they belong to. */
  tokens: Map<
    string,
    {
      account: string;
      write: boolean;
      until?: number;
      since?: number;
      kind?: 'person' | 'page' | 'instagram';
    }
  >;
  /** Sign-ins by the browser. */
  signIn: FakeSignIn;
  /** Posts younger than this are not in lists yet. */
  listLagMs: number;
  /** State that a new upload has. */
  uploadState: FakeUpload['state'];
};

export function createWorld(model: Model, now: () => number): World {
  return {
    model,
    now,
    nextId: createIds(model.ids),
    nextMediaId: createIds(model.ids),
    visible: [],
    uploads: new Map(),
    drafts: new Map(),
    containerState: 'FINISHED',
    keys: new Map(),
    tokens: new Map(),
    signIn: createSignInState(model.software),
    listLagMs: 0,
    uploadState: 'ready',
  };
}
