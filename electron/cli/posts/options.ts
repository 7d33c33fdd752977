import { isAbsolute, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import {
  fromInstant,
  heldMediaId,
  instantSchema,
  type MediaInput,
  type Millis,
  type PastChoice,
  type PostSelection,
  type TargetStatus,
  targetStatuses,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { oneOf } from '../usage.ts';
import { seconds, timeReader } from './times.ts';

/** Reads `queued,missed`. */
export function someStatuses(text: string): TargetStatus[] {
  return text.split(',').map((word) => oneOf(targetStatuses)(word.trim()));
}

/** Reads a length such as `30m` or `-1d`, in seconds. */
export function someSeconds(text: string): number {
  const length = seconds(text);
  if (length !== undefined) return length;
  throw new InvalidArgumentError('It must be a length such as 30m, 2h, 1d or -1w.');
}

/** Reads an instant, or a time on the wall of this machine. */
export async function someTime(context: Context, text: string, option: string): Promise<Millis> {
  const { read } = await timeReader(context.io.timezone);
  const instant = instantSchema.safeParse(read(text));
  if (instant.success) return fromInstant(instant.data);
  throw new InvalidArgumentError(
    `${option} must be a time such as 2026-11-22T09:00 (in ${context.io.timezone}) or 2026-11-22T09:00Z.`,
  );
}

export const pastHelp =
  'what becomes of posts whose time is past: publish (at once), move-to-slot (the next free weekly slot) or draft';

/** A post with the choice of the command line, unless it makes its own. */
export function withPast<P extends { past?: PastChoice | undefined }>(
  post: P,
  past: PastChoice | undefined,
): P {
  return past === undefined || post.past !== undefined ? post : { ...post, past };
}

export type Which = { status?: TargetStatus[]; account?: string; tag?: string };

/** The options by which many posts are chosen. */
export function whichOptions(command: Command): Command {
  return command
    .option('--status <status>', 'those in this state, or in several: failed,missed', someStatuses)
    .option('--account <id>', 'those of this account, and of no other')
    .option('--tag <tag>', 'those with this tag');
}

/** What was chosen; undefined when nothing was. */
export function selectionOf(ids: readonly string[], which: Which): PostSelection | undefined {
  const select = {
    ...(ids.length > 0 ? { ids: [...ids] } : {}),
    ...(which.status ? { status: which.status } : {}),
    ...(which.account === undefined ? {} : { account: which.account }),
    ...(which.tag === undefined ? {} : { tag: which.tag }),
  };
  return Object.keys(select).length === 0 ? undefined : select;
}

type WithMedia = { media: MediaInput[]; thread: { text: string; media: MediaInput[] }[] };

/** Paths of media made absolute: the engine works in another folder than the one they are relative to. */
export function withAbsoluteMedia<P extends WithMedia>(post: P, folder: string): P {
  const absolute = (medium: MediaInput): MediaInput =>
    isAbsolute(medium.path) || heldMediaId(medium.path) !== undefined
      ? medium
      : { ...medium, path: resolve(folder, medium.path) };
  return {
    ...post,
    media: post.media.map(absolute),
    thread: post.thread.map((part) => ({ ...part, media: part.media.map(absolute) })),
  };
}
