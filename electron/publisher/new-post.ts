import { fromInstant, type Millis, type PostInput, type PostView, type Problem } from '../../shared/index.ts';
import type { Limits } from '../networks/index.ts';
import { type Examined, filesOf, fitProblems } from './examine-post.ts';
import type { NewPost, PublisherAccount, PublisherDeps, StoredMedia } from './ports.ts';

export type AddFrom = {
  source: PostView['source'];
  runId?: string;
  /** What becomes of the post; left out: queued when it has a time, else a draft. */
  as?: 'draft' | 'queued';
  /** Adding with a key that was used before answers the post made then, so that a resumed pipeline adds nothing twice. */
  originKey?: string;
  /** The same as a Belfry stored it that had one name space for the keys of all jobs, and whether a run is this job's. */
  former?: { key: string; isOurs(runId: string | null): Promise<boolean> };
  /**
   * What an account has already with the same content near the same time: `allow` when left out. `skip` adds the
   * post for the other accounts, and refuses it when there are none.
   */
  repeats?: 'allow' | 'refuse' | 'skip';
  /** When each account gets it, where that is not `publishAt`; no other post of the account may wait for the same instant. */
  slots?: ReadonlyMap<string, Millis>;
};

export type LimitsOf = (account: PublisherAccount) => Limits | undefined;

const ownKey = 'key:';

/**
 * The origin of a post under a key of the sender's own. Each job has a name space for its keys, since two pipelines may
 * well count their posts from 1; ids of jobs have no colon, so that none reaches into another's.
 */
export function jobKey(key: string, jobId?: string): string {
  return jobId === undefined ? `${ownKey}${key}` : `${ownKey}${jobId}:${key}`;
}

/** A key that the sender gives takes precedence over the origin: it is the same across runs, the window and the command line. */
export function originOf(input: PostInput, from: AddFrom): string | null {
  return input.key === undefined ? (from.originKey ?? null) : `${ownKey}${input.key}`;
}

/** The sender's own name for a post; null when it came without one. */
export function keyOf(originKey: string | null): string | null {
  return originKey?.startsWith(ownKey) ? originKey.slice(ownKey.length) : null;
}

/** A post to store, made from what was given. */
export function newPost(
  deps: PublisherDeps,
  input: PostInput,
  from: AddFrom,
  media: readonly StoredMedia[],
): NewPost {
  const publishAt = input.publishAt === null ? null : fromInstant(input.publishAt);
  const as = input.draft ? 'draft' : (from.as ?? (publishAt === null ? 'draft' : 'queued'));
  return {
    id: deps.random.id(),
    ...wordsOf(input),
    source: from.source,
    runId: from.runId ?? null,
    createdAt: deps.clock.now(),
    media,
    originKey: originOf(input, from),
    targets: input.accounts.map((account) => ({
      account,
      // Without a time there is nothing to wait for: it stays a draft until the user gives it one.
      status: as === 'queued' && publishAt !== null ? 'queued' : 'draft',
      override: input.overrides[account] ?? {},
      dueAt: as === 'queued' ? (from.slots?.get(account) ?? publishAt) : null,
      alone: from.slots !== undefined,
    })),
  };
}

/** The fields that the user writes, as they are stored. */
export function wordsOf(input: PostInput) {
  return {
    text: input.text,
    note: input.note,
    visibility: input.visibility ?? null,
    contentWarning: input.contentWarning ?? null,
    language: input.language ?? null,
    sensitive: input.sensitive ?? null,
    publishAt: input.publishAt === null ? null : fromInstant(input.publishAt),
    thread: input.thread.map(({ text }) => text),
    poll: input.poll,
    firstComment: input.firstComment,
    tags: input.tags,
  };
}

/** What is wrong with a post as far as its words go, and accounts that Belfry does not have. */
export function wordProblems(
  deps: PublisherDeps,
  input: PostInput,
  accounts: readonly string[] = input.accounts,
): Problem[] {
  const strangers = accounts.flatMap((id) =>
    deps.account(id)
      ? []
      : [
          {
            field: `accounts[${input.accounts.indexOf(id)}]`,
            message: `names an unknown account "${id}"; \`belfry accounts\` lists them`,
          },
        ],
  );
  return [...strangers, ...partProblems(input)];
}

/** White space alone is refused by some servers and posted by others (networks.md §9), so Belfry checks it itself. */
function partProblems(input: PostInput): Problem[] {
  const blank = 'must have text or media; white space alone is not a post';
  const thread = input.thread.flatMap((part, index) =>
    part.text.trim() === '' && part.media.length === 0
      ? [{ field: `thread[${index}].text`, message: blank }]
      : [],
  );
  const overrides = Object.entries(input.overrides).flatMap(([account, { text, thread: parts = [] }]) => [
    ...(text !== undefined && text.trim() === '' && input.media.length === 0
      ? [
          {
            field: `overrides.${account}.text`,
            message:
              'must not be empty without media; write something, or leave it out to use the text of the post',
          },
        ]
      : []),
    ...parts.flatMap((part, index) =>
      part.trim() === '' && (input.thread[index]?.media.length ?? 0) === 0
        ? [{ field: `overrides.${account}.thread[${index}]`, message: blank }]
        : [],
    ),
  ]);
  return [...thread, ...overrides];
}

/** Limits that are known without asking anybody: adding works off line. Before sending they are checked again. */
export function unfit(
  deps: PublisherDeps,
  input: PostInput,
  files: Examined,
  limitsOf: LimitsOf,
  accounts: readonly string[] = input.accounts,
): Problem[] {
  const known = accounts.flatMap((id) => deps.account(id) ?? []);
  return fitProblems(
    input,
    files,
    known.map((account) => ({ account, limits: limitsOf(account) })),
    deps.settings(),
  );
}

/** The facts of the files that were taken, by the paths that the post names them by. */
export function examined(input: PostInput, media: readonly StoredMedia[]): Examined {
  const places = filesOf(input);
  return new Map(
    media.flatMap((stored) => {
      const place = places.find(({ part, position }) => part === stored.part && position === stored.position);
      return place ? [[place.path, stored] as const] : [];
    }),
  );
}
