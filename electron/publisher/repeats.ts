import { fromInstant, type Millis, type PostInput, type Problem, toInstant } from '../../shared/index.ts';
import { type Examined, filesOf } from './examine-post.ts';
import { nowToleranceMs } from './past.ts';
import type { PostRecord, PublisherDeps, StoredMedia } from './ports.ts';

/** A post under examination, with what its files are. */
export type Candidate = {
  input: PostInput;
  files: Examined;
  slots?: ReadonlyMap<string, Millis> | undefined;
};

/** What a post repeats: the id of a post, or `posts[3]` for an earlier one of the same batch; for which account, and when. */
export type Repeat = { of: string; account: string; at: Millis | null };

type Deps = Pick<PublisherDeps, 'settings' | 'mediaLedger' | 'ledger' | 'clock'>;
type Shown = { account: string; at: Millis | null; text: string; content: string };

const hourMs = 3_600_000;

/**
 * For each post the first one that its account has with the same content within `sameTextHours` (0 = nothing is looked
 * for), as `posts check` advises. Within a batch the same content is a repetition only at the same time: a table may
 * well hold one greeting for each day. A post with a key is identified by that key alone.
 */
export async function repeatsIn(deps: Deps, posts: readonly Candidate[]): Promise<(Repeat | undefined)[]> {
  const reach = deps.settings().sameTextHours * hourMs;
  if (reach === 0) return posts.map(() => undefined);
  const shown = posts.map((post) => (post.input.key === undefined ? shownBy(post) : []));
  const stored = await storedLike(deps, shown.flat(), reach);
  const records = new Map<string, PostRecord | undefined>();
  const seen = new Map<string, { index: number; at: Millis | null }[]>();
  const found: (Repeat | undefined)[] = [];
  for (const [index, all] of shown.entries()) {
    let repeat: Repeat | undefined;
    for (const one of all) {
      const key = JSON.stringify([one.account, one.content]);
      const earlier = (seen.get(key) ?? []).find(({ at }) => isNear(at, one.at, nowToleranceMs));
      if (earlier) repeat ??= { of: `posts[${earlier.index}]`, account: one.account, at: earlier.at };
      for (const other of stored.get(JSON.stringify([one.account, one.text])) ?? []) {
        if (repeat || !isNear(other.at, one.at, reach)) continue;
        if (!records.has(other.post)) records.set(other.post, await deps.ledger.get(other.post));
        const record = records.get(other.post);
        if (record && contentOf(record, one.account) === one.content)
          repeat = { of: other.post, account: one.account, at: other.at };
      }
      seen.set(key, [...(seen.get(key) ?? []), { index, at: one.at }]);
    }
    found.push(repeat);
  }
  return found;
}

/** The problem of a post that repeats another. */
export function repeatProblem({ of, account, at }: Repeat): Problem {
  const when = at === null ? 'a draft' : toInstant(at);
  return {
    field: 'text',
    message: `repeats ${of.startsWith('posts[') ? of : `post ${of}`} for "${account}" (${when}); allow duplicates to add it all the same`,
  };
}

function isNear(a: Millis | null, b: Millis | null, reach: Millis): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) <= reach;
}

/** What each account of a post would show, and when. */
function shownBy({ input, files, slots }: Candidate): Shown[] {
  const media = filesOf(input).map(({ part, path }) => [part, ...factsOf(files.get(path))]);
  return input.accounts.map((account) => {
    const own = input.overrides[account] ?? {};
    const text = (own.text ?? input.text).trim();
    const thread = own.thread ?? input.thread.map((part) => part.text);
    const poll = own.poll === undefined ? input.poll : own.poll;
    const at = slots?.get(account) ?? (input.publishAt === null ? null : fromInstant(input.publishAt));
    return { account, at, text, content: JSON.stringify([text, thread, poll?.options ?? null, media]) };
  });
}

/** The same of a stored post. */
function contentOf({ post, targets }: PostRecord, account: string): string | undefined {
  const own = targets.find((target) => target.account === account)?.override;
  if (!own) return undefined;
  const media = [...post.media]
    .sort((a, b) => a.part - b.part || a.position - b.position)
    .map((file) => [file.part, ...factsOf(file)]);
  const poll = own.poll === undefined ? post.poll : own.poll;
  const text = (own.text ?? post.text).trim();
  return JSON.stringify([text, own.thread ?? post.thread, poll?.options ?? null, media]);
}

/** What tells files apart without reading them whole: two of one type, length and size are hardly ever different. */
function factsOf(file: Pick<StoredMedia, 'mime' | 'bytes' | 'width' | 'height'> | undefined) {
  return [file?.mime ?? null, file?.bytes ?? null, file?.width ?? null, file?.height ?? null];
}

/** What the accounts have with these texts around these times, by account and text; one question for each account. */
async function storedLike(deps: Deps, wanted: readonly Shown[], reach: Millis) {
  const found = new Map<string, { post: string; at: Millis | null }[]>();
  for (const [account, all] of Map.groupBy(wanted, (one) => one.account)) {
    const times = all.flatMap(({ at }) => at ?? []);
    const [first, last] =
      times.length === 0 ? [0, 0] : [Math.min(...times) - reach, Math.max(...times) + reach];
    const texts = [...new Set(all.map(({ text }) => text))];
    for (const { post, text, at } of await deps.mediaLedger.sameTexts(account, texts, first, last)) {
      const key = JSON.stringify([account, text]);
      found.set(key, [...(found.get(key) ?? []), { post, at }]);
    }
  }
  return found;
}
