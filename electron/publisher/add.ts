import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fromInstant,
  type Millis,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import { filesOf, fitProblems } from './check.ts';
import { takeMedia } from './media/intake.ts';
import type { Limits } from './networks/adapter.ts';
import type { NewPost, PublisherAccount, PublisherNeeds, StoredMedia } from './ports.ts';
import { postView } from './view.ts';

export type AddFrom = {
  source: PostView['source'];
  runId?: string;
  /** What becomes of the post; left out: queued when it has a time, else a draft. */
  as?: 'draft' | 'queued';
  /** Adding with a key that was used before answers the post made then, so that a resumed pipeline adds nothing twice. */
  originKey?: string;
  /** When each account gets it, where that is not `publishAt`; no other post of the account may wait for the same instant. */
  slots?: ReadonlyMap<string, Millis>;
};

/** Checks a post, copies its media into the home folder and stores it. Throws BAD_INPUT with all problems together. */
export async function addPost(
  needs: PublisherNeeds,
  input: PostInput,
  from: AddFrom,
  limitsOf: (account: PublisherAccount) => Limits | undefined,
): Promise<PostView> {
  const origin = originOf(input, from);
  const before = origin === null ? undefined : await needs.ledger.byOrigin(origin);
  if (before) return postView(before);
  const strangers = unknownAccounts(needs, input);
  const { media, problems } = await takeAll(needs, input);
  const all = [...strangers, ...partProblems(input), ...problems, ...fits(needs, input, media, limitsOf)];
  if (all.length > 0) {
    await forget(needs, media);
    throw problemsError(all, 'the post');
  }
  const record = await needs.ledger.add(newPost(needs, input, from, media));
  const mine = new Set(record.post.media.map(({ id }) => id));
  // Another call with the same key was faster: its copies count, ours go.
  await forget(
    needs,
    media.filter(({ id }) => !mine.has(id)),
  );
  needs.changed();
  return postView(record);
}

/** The sender's own key says more than where the post came from: it holds over runs, and for the form and the command line. */
function originOf(input: PostInput, from: AddFrom): string | null {
  return input.key === undefined ? (from.originKey ?? null) : `key:${input.key}`;
}

function newPost(needs: PublisherNeeds, input: PostInput, from: AddFrom, media: StoredMedia[]): NewPost {
  const now = needs.clock.now();
  const publishAt = input.publishAt === null ? null : fromInstant(input.publishAt);
  const as = from.as ?? (publishAt === null ? 'draft' : 'queued');
  return {
    id: needs.random.id(),
    text: input.text,
    note: input.note,
    visibility: input.visibility ?? null,
    contentWarning: input.contentWarning ?? null,
    language: input.language ?? null,
    sensitive: input.sensitive ?? null,
    publishAt,
    thread: input.thread.map(({ text }) => text),
    source: from.source,
    runId: from.runId ?? null,
    createdAt: now,
    media,
    originKey: originOf(input, from),
    alone: from.slots !== undefined,
    targets: input.accounts.map((account) => ({
      account,
      // Without a time there is nothing to wait for: it stays a draft until a person says when.
      status: as === 'queued' && publishAt !== null ? 'queued' : 'draft',
      override: input.overrides[account] ?? {},
      dueAt: as === 'queued' ? (from.slots?.get(account) ?? publishAt) : null,
    })),
  };
}

/** Limits that are known without asking anybody: adding works off line. Before sending they are checked again. */
function fits(
  needs: PublisherNeeds,
  input: PostInput,
  media: readonly StoredMedia[],
  limitsOf: (account: PublisherAccount) => Limits | undefined,
): Problem[] {
  const places = filesOf(input);
  const files = new Map(
    media.flatMap((stored) => {
      const place = places.find(({ part, position }) => part === stored.part && position === stored.position);
      return place ? [[place.path, stored] as const] : [];
    }),
  );
  const accounts = input.accounts.flatMap((id) => needs.account(id) ?? []);
  return fitProblems(
    input,
    files,
    accounts.map((account) => ({ account, limits: limitsOf(account) })),
  );
}

function unknownAccounts(needs: PublisherNeeds, input: PostInput): Problem[] {
  return input.accounts.flatMap((id, index) =>
    needs.account(id) ? [] : [{ field: `accounts[${index}]`, message: `names an unknown account "${id}"` }],
  );
}

/** White space alone is refused by some servers and posted by others (networks.md §9), so Belfry checks it itself. */
function partProblems(input: PostInput): Problem[] {
  const thread = input.thread.flatMap((part, index) =>
    part.text.trim() === '' && part.media.length === 0
      ? [
          {
            field: `thread[${index}].text`,
            message: 'must have text or media; white space alone is not a post',
          },
        ]
      : [],
  );
  const overrides = Object.entries(input.overrides).flatMap(([account, { text }]) =>
    text !== undefined && text.trim() === '' && input.media.length === 0
      ? [{ field: `overrides.${account}.text`, message: 'must not be empty without media' }]
      : [],
  );
  return [...thread, ...overrides];
}

async function takeAll(
  needs: PublisherNeeds,
  input: PostInput,
): Promise<{ media: StoredMedia[]; problems: Problem[] }> {
  const media: StoredMedia[] = [];
  const problems: Problem[] = [];
  for (const place of filesOf(input)) {
    const list = place.part === 0 ? input.media : (input.thread[place.part - 1]?.media ?? []);
    const one = list[place.position];
    if (!one) continue;
    const taken = await takeMedia(one, place, { folder: needs.mediaFolder, id: needs.random.id() });
    if (taken.kind === 'taken') media.push(taken.media);
    else problems.push(taken.problem);
  }
  return { media, problems };
}

async function forget(needs: PublisherNeeds, media: readonly StoredMedia[]): Promise<void> {
  for (const { file } of media) await rm(join(needs.mediaFolder, file), { force: true });
}
