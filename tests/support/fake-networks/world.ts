import { createIds } from './ids.ts';
import type { Model } from './models.ts';
import { createSignInState, type FakeSignIn } from './sign-in/state.ts';

/** What is publicly visible on a fake network: the log that tests judge by. */
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
  /** How it is shown, where it is no ordinary post. */
  format?: string;
  link?: string;
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
  /** What was uploaded, where it is shown to everybody. */
  content?: Buffer;
};

export type FakeDraft = {
  id: string;
  text: string;
  media: string[];
  state: 'IN_PROGRESS' | 'FINISHED' | 'PUBLISHED' | 'ERROR' | 'EXPIRED';
  at?: number;
  /** Why it broke. */
  why?: string;
  /** Id of the post that it became. */
  post: string | null;
  /** What Instagram calls it: REELS, STORIES, … */
  kind?: string;
  link?: string;
  alt?: string;
  /** Its file is a film. */
  film?: boolean;
  /** Bytes that are still to come. */
  missing?: number;
};

/** A film on its way to a Page. */
export type FakeFilm = {
  id: string;
  page: string;
  format: 'video' | 'reel' | 'story';
  bytes: number;
  received: number;
  state: 'uploading' | 'published';
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
  /** Facebook's films. */
  films: Map<string, FakeFilm>;
  /** Bytes of a film that Facebook asks for at once. */
  filmPiece: number;
  /** Posts that Instagram takes within a day. */
  dailyQuota: number;
  /** The Page keeps an archive of its stories, without which no list shows them. */
  storyArchive: boolean;
  /** Links that Facebook cannot read. */
  deadLinks: Set<string>;
  /** Answers by idempotency key. */
  keys: Map<string, { at: number; status: number; body: unknown; done: boolean }>;
  /** Tokens that are let in, with the account they belong to. */
  tokens: Map<
    string,
    {
      account: string;
      write: boolean;
      /** As it was asked for; without it, all that reads, and with `write` all that writes. */
      scopes?: string;
      until?: number;
      since?: number;
      kind?: 'person' | 'page' | 'instagram';
    }
  >;
  /** When an account asked for what is limited in number, by account and kind. */
  asked: Map<string, number[]>;
  /** Sign-ins by the browser. */
  signIn: FakeSignIn;
  /** Posts younger than this are not in lists yet. */
  listLagMs: number;
  /** How far the server's clock is ahead of everybody else's, in what it names and in its `Date`. */
  clockOffsetMs: number;
  /** How far the clock of its database is ahead of its own. */
  stampOffsetMs: number;
  /** An instant as the server names it. */
  stamp(at: number): number;
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
    films: new Map(),
    filmPiece: 1024 * 1024,
    dailyQuota: 1_000_000,
    storyArchive: true,
    deadLinks: new Set(),
    containerState: 'FINISHED',
    keys: new Map(),
    tokens: new Map(),
    asked: new Map(),
    signIn: createSignInState(model.software),
    listLagMs: 0,
    clockOffsetMs: 0,
    stampOffsetMs: 0,
    stamp(at) {
      return at + this.clockOffsetMs + this.stampOffsetMs;
    },
    uploadState: 'ready',
  };
}
