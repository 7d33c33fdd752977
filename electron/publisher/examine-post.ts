import {
  type MediaInput,
  type PostCheck,
  type PostInput,
  type Problem,
  placeName,
} from '../../shared/index.ts';
import type { Limits } from '../networks/index.ts';
import { type MediaDetails, type MediaFacts, noDetails } from './media/facts.ts';
import { type InspectDeps, inspect } from './media/inspect.ts';
import type { PublisherAccount, PublisherDeps, PublisherSettings } from './ports.ts';
import {
  type CheckedFor,
  type CheckedPart,
  limitsFor,
  type ValidationError,
  validate,
  wishesOf,
} from './validate.ts';

/** A file of a post under examination: its facts, or undefined when it could not be read. */
export type Examined = ReadonlyMap<
  string,
  Pick<MediaFacts, 'mime' | 'bytes' | 'width' | 'height'> & { details: MediaDetails | null }
>;

/** What each account of a post would refuse, with the field of the input at fault; accounts without known limits are passed over. */
export function fitProblems(
  input: PostInput,
  files: Examined,
  accounts: readonly { account: PublisherAccount; limits: Limits | undefined }[],
  settings: Pick<PublisherSettings, 'mediaFit' | 'stripLocation'>,
): Problem[] {
  const names = accounts.map(({ account }) => placeName(account));
  return accounts.flatMap(({ account, limits }, index) => {
    if (limits === undefined) return [];
    const name = names[index] ?? '';
    // Two accounts on one server have the same name.
    const who = names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} ("${account.id}")`;
    const said = new Set<string>();
    return partsOf(input, files, account.id).flatMap((part) =>
      validate(part, limits, checkedFor(account, who, settings)).flatMap((error) => {
        if (error.whole && said.has(error.message)) return [];
        said.add(error.message);
        return [problemOf(input, account.id, part, error)];
      }),
    );
  });
}

function checkedFor(
  account: PublisherAccount,
  who: string,
  settings: Pick<PublisherSettings, 'mediaFit' | 'stripLocation'>,
): CheckedFor {
  return { who, wishes: wishesOf(account, settings), hosted: account.media?.host !== undefined };
}

/** Deps of `inspect`: files may lie in the folders that the user allows, and in Belfry's own. */
export function inspection({
  workshop,
  settings,
  mediaFolder,
  ownFolders = [],
}: Pick<PublisherDeps, 'workshop' | 'settings' | 'mediaFolder' | 'ownFolders'>): InspectDeps {
  const folders = settings().mediaFolders;
  return { workshop, folders: folders === null ? null : [...folders, mediaFolder, ...ownFolders] };
}

/** Reads what the files of a post are, without copying anything; problems name the file's field. */
export async function examine(
  input: PostInput,
  deps: InspectDeps,
): Promise<{ files: Examined; problems: Problem[] }> {
  const files = new Map<string, MediaFacts>();
  const problems: Problem[] = [];
  for (const { field, path } of filesOf(input)) {
    const found = await inspect(path, deps);
    if (typeof found === 'string') problems.push({ field, message: found });
    else {
      files.set(path, found.facts);
      await found.handle.close();
    }
  }
  return { files, problems };
}

/** The files of a post with the path of their field. */
export function filesOf(input: PostInput): { part: number; position: number; field: string; path: string }[] {
  const lists = [{ field: 'media', media: input.media }].concat(
    input.thread.map(({ media }, index) => ({ field: `thread[${index}].media`, media })),
  );
  return lists.flatMap(({ field, media }, part) =>
    media.map(({ path }, position) => ({ part, position, path, field: `${field}[${position}].path` })),
  );
}

/** The parts of a post as one account is to show them, with what their files are; unreadable files are skipped. */
export function partsOf(input: PostInput, files: Examined, accountId: string): CheckedPart[] {
  const override = input.overrides[accountId] ?? {};
  const contentWarning = override.contentWarning ?? input.contentWarning ?? null;
  const visibility = override.visibility ?? input.visibility ?? 'public';
  const comment = override.firstComment === undefined ? input.firstComment : override.firstComment;
  const poll = override.poll === undefined ? input.poll : override.poll;
  const thread = (override.thread ?? input.thread.map(({ text }) => text)).map((text, index) => ({
    text,
    media: input.thread[index]?.media ?? [],
  }));
  const first = { text: override.text ?? input.text, media: input.media };
  const last = comment === null ? [] : [{ text: comment, media: [], comment: true }];
  const parts: { text: string; media: MediaInput[]; comment?: boolean }[] = [first, ...thread, ...last];
  return parts.map(({ text, media, comment = false }, part) => ({
    part,
    comment,
    text,
    poll: part === 0 ? poll : null,
    contentWarning,
    visibility,
    format: override.format ?? 'post',
    media: media.flatMap(({ path, alt, focus = null, url = null }, place) => {
      const facts = files.get(path);
      if (!facts) return [];
      return [{ ...facts, details: facts.details ?? noDetails, alt, focus, publicUrl: url, place }];
    }),
  }));
}

function problemOf(
  input: PostInput,
  accountId: string,
  part: CheckedPart,
  { at, message }: ValidationError,
): Problem {
  const override = input.overrides[accountId] ?? {};
  const own = `overrides.${accountId}.`;
  if (part.comment && at === 'text')
    return { field: `${override.firstComment === undefined ? '' : own}firstComment`, message };
  const index = part.part - 1;
  if (part.part > 0 && at === 'text' && override.thread !== undefined)
    return { field: `${own}thread[${index}]`, message };
  const prefix = part.part === 0 ? '' : `thread[${index}].`;
  if (typeof at === 'number') return { field: `${prefix}media[${at}]`, message };
  if (at === 'media') return { field: `${prefix}media`, message };
  const isOwn = override[at] !== undefined && (part.part === 0 || at === 'visibility');
  return { field: `${isOwn ? own : at === 'text' ? prefix : ''}${at}`, message };
}

type Known = readonly { account: PublisherAccount; limits: Limits | undefined }[];

/** Length of each part of a post as each account counts it, beside what the account takes; accounts with unknown limits are skipped. */
export function countsOf(input: PostInput, known: Known): NonNullable<PostCheck['counts']> {
  return known.flatMap(({ account, limits }) =>
    limits === undefined
      ? []
      : partsOf(input, new Map(), account.id)
          .filter(({ comment }) => !comment)
          .map(({ part, text, contentWarning, format }) => ({
            account: account.id,
            part,
            characters: limits.count(text, contentWarning),
            limit: limitsFor(limits, { format }).characters,
          })),
  );
}
