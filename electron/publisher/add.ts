import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fromInstant,
  type PostInput,
  type PostView,
  type Problem,
  problemsError,
} from '../../shared/index.ts';
import { takeMedia } from './media/intake.ts';
import type { NewPost, PublisherNeeds, StoredMedia } from './ports.ts';
import { postView } from './view.ts';

export type AddFrom = {
  source: PostView['source'];
  runId?: string;
  /** What becomes of the post; left out: queued when it has a time, else a draft. */
  as?: 'draft' | 'queued';
  /** Adding with a key that was used before answers the post made then, so that a resumed pipeline adds nothing twice. */
  originKey?: string;
};

/** Checks a post, copies its media into the home folder and stores it. Throws BAD_INPUT with all problems together. */
export async function addPost(
  needs: PublisherNeeds,
  input: PostInput,
  from: AddFrom,
  check: (input: PostInput, media: readonly StoredMedia[]) => Problem[],
): Promise<PostView> {
  const before = from.originKey === undefined ? undefined : await needs.ledger.byOrigin(from.originKey);
  if (before) return postView(before);
  const strangers = unknownAccounts(needs, input);
  const { media, problems } = await takeAll(needs, input);
  const all = [...strangers, ...partProblems(input), ...problems, ...check(input, media)];
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
    originKey: from.originKey ?? null,
    targets: input.accounts.map((account) => ({
      account,
      // Without a time there is nothing to wait for: it stays a draft until a person says when.
      status: as === 'queued' && publishAt !== null ? 'queued' : 'draft',
      override: input.overrides[account] ?? {},
      dueAt: as === 'queued' ? publishAt : null,
    })),
  };
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
  const parts = [{ field: 'media', list: input.media }].concat(
    input.thread.map(({ media }, index) => ({ field: `thread[${index}].media`, list: media })),
  );
  const media: StoredMedia[] = [];
  const problems: Problem[] = [];
  for (const [part, { field, list }] of parts.entries()) {
    for (const [position, one] of list.entries()) {
      const place = { part, position, field: `${field}[${position}].path` };
      const taken = await takeMedia(one, place, { folder: needs.mediaFolder, id: needs.random.id() });
      if (taken.kind === 'taken') media.push(taken.media);
      else problems.push(taken.problem);
    }
  }
  return { media, problems };
}

async function forget(needs: PublisherNeeds, media: readonly StoredMedia[]): Promise<void> {
  for (const { file } of media) await rm(join(needs.mediaFolder, file), { force: true });
}
