// Where jobs and posts meet: publishing as one of the jobs (its times, its history), and the posts that a step prints.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import {
  BelfryError,
  heldMediaId,
  type MediaInput,
  type PostLimits,
  type PostRequest,
  type Problem,
  postRequestSchema,
  problemsOf,
  type RunView,
  toInstant,
} from '../shared/index.ts';
import type { Planner } from './planner/index.ts';
import { jobKey, type Look, type Publisher, realPathWithin } from './publisher/index.ts';
import type { Scheduler } from './scheduler/index.ts';
import type { LineGroup, RunLedger } from './store/index.ts';
import { publishJob } from './templates/index.ts';

const isPublishJob = (id: string | undefined) => id === publishJob.id;

/** The times of all jobs as clients see them: those of `publish_due_posts` are the publisher's. */
export function timesOfJobs(
  scheduler: Pick<Scheduler, 'next' | 'describe' | 'fireTimes'>,
  { status }: Pick<Publisher, 'status'>,
): Pick<Scheduler, 'next' | 'describe' | 'fireTimes'> {
  return {
    next: (id) => (isPublishJob(id) ? status().nextLook : scheduler.next(id)),
    describe: (job) => (isPublishJob(job.id) ? publishJob.schedule : scheduler.describe(job)),
    async fireTimes(query) {
      const times = await scheduler.fireTimes(query);
      if (!isPublishJob(query.job?.id)) return times;
      const { nextLook } = status();
      const isAsked = nextLook !== null && nextLook >= query.from;
      return { ...times, description: publishJob.schedule, next: isAsked ? [toInstant(nextLook)] : [] };
    },
  };
}

/**
 * Keeps a look in the history of runs, as a run of `publish_due_posts` with what happened to each post as its output.
 * `mask` takes secrets out of every text, as the runner does for the output of runs.
 */
export async function keepLook(
  ledger: Pick<RunLedger, 'record' | 'append' | 'view'>,
  { startedAt, finishedAt, ok, lines, ...look }: Look,
  mask: (text: string) => string,
): Promise<RunView> {
  const summary = mask(look.summary);
  const status = ok ? 'success' : 'failed';
  const error = ok ? null : summary;
  const { run } = await ledger.record(
    {
      jobId: publishJob.id,
      jobName: publishJob.name,
      cause: 'event',
      attempt: 1,
      fromStep: 0,
      reason: null,
    },
    [{ name: publishJob.step, status, error, startedAt, finishedAt }],
    { status, reason: summary, startedAt, at: finishedAt },
  );
  let first = 1;
  const groups = [...lines, { at: finishedAt, text: summary }].map(({ at, text }): LineGroup => {
    const texts = mask(text).split('\n');
    first += texts.length;
    return { first: first - texts.length, step: 0, at, stream: 'belfry', texts };
  });
  await ledger.append(run.id, groups);
  return ledger.view(run);
}

type LinesOrigin = {
  runId: string;
  jobId: string;
  as: 'draft' | 'queued';
  /** Folder in which the command runs: relative paths are meant from it. */
  folder: string;
  limits: PostLimits;
};

type PipelineDeps = {
  add: Planner['add'];
  /** Job of a run; undefined when the run is forgotten. */
  jobOf(runId: string): Promise<string | undefined>;
  /** Folders from which media may come for every step: those that Belfry or its user has set aside for them. */
  mediaFolders(): readonly string[];
};

/** A line that is right, and was not added, or not for all its accounts: what is said about it, after `Line 3`. */
export type Skipped = { skipped: string; stored: boolean };

/**
 * Opens the way in for the lines of one step with `"output": "posts"`: each call stores the post of a line, or answers
 * what is wrong with it. The limits hold against wrong content, such as a model's or a feed's, and not against a
 * program that means harm: that one has the rights of its user anyway.
 */
export function takePostLines(
  deps: PipelineDeps,
): (from: LinesOrigin) => (line: string, origin: string) => Promise<Problem[] | Skipped> {
  return ({ runId, jobId, as, folder, limits }) => {
    const folders = [
      ...(limits.folders?.map((path) => resolve(folder, path)) ?? [folder]),
      ...deps.mediaFolders(),
    ];
    const added = { posts: 0, bytes: 0 };
    /** A deleted run may have been ours: rather skip a post than publish it twice. */
    const isOurs = async (id: string | null) => ((id && (await deps.jobOf(id))) || jobId) === jobId;
    return async (line, origin) => {
      const read = readLine(line);
      if ('problems' in read) return read.problems;
      const { post, problems, bytes } = await locate(read.post, folder, folders);
      const found = [
        ...problems,
        ...accountProblems(post, limits),
        ...sizeProblems(added, bytes + Buffer.byteLength(line), limits),
      ];
      if (found.length > 0) return found;
      const { key, ...plain } = post;
      const keys =
        key === undefined
          ? { originKey: origin }
          : { originKey: jobKey(key, jobId), former: { key: jobKey(key), isOurs } };
      // A line with a key is identified by that key alone.
      const repeats = key !== undefined || read.allowDuplicates ? 'allow' : 'skip';
      let leftOut: string[];
      try {
        const { targets } = await deps.add(plain, { source: 'pipeline', runId, as, ...keys, repeats });
        leftOut = post.accounts.filter((id) => !targets.some(({ account }) => account === id));
      } catch (error) {
        if (!(error instanceof BelfryError)) throw error;
        if (error.code === 'ALREADY_EXISTS')
          return {
            skipped: `was skipped: it ${error.details?.[0]?.message ?? 'is there already'}`,
            stored: false,
          };
        return error.details ?? [{ field: error.field ?? '', message: error.message }];
      }
      added.posts += 1;
      added.bytes += bytes + Buffer.byteLength(line);
      return leftOut.length === 0
        ? []
        : {
            skipped: `was added without ${leftOut.join(', ')}, where the same is there already`,
            stored: true,
          };
    };
  };
}

/** The post with the real paths of its files, which a link that is moved meanwhile cannot lead elsewhere. */
async function locate(post: PostRequest, folder: string, folders: readonly string[]) {
  const problems: Problem[] = [];
  let bytes = 0;
  const located = (media: readonly MediaInput[], field: string) =>
    Promise.all(
      media.map(async (file, index) => {
        if (heldMediaId(file.path) !== undefined) return file;
        const found = await realPathWithin(
          resolve(folder, file.path),
          folders,
          'its own folder, or "postLimits.folders" of the step',
        );
        if (typeof found === 'string') {
          problems.push({ field: `${field}[${index}].path`, message: found });
          return file;
        }
        // A missing file is reported where it is opened.
        bytes += (await stat(found.path).catch(() => undefined))?.size ?? 0;
        return { ...file, path: found.path };
      }),
    );
  const media = await located(post.media, 'media');
  const thread = [];
  for (const [index, part] of post.thread.entries())
    thread.push({ ...part, media: await located(part.media, `thread[${index}].media`) });
  return { post: { ...post, media, thread }, problems, bytes };
}

function accountProblems({ accounts }: PostRequest, { accounts: allowed }: PostLimits): Problem[] {
  return accounts.flatMap((account, index) =>
    !allowed || allowed.includes(account)
      ? []
      : [
          {
            field: `accounts[${index}]`,
            message: `"${account}" is not among the accounts of this step (${allowed.join(', ')})`,
          },
        ],
  );
}

function sizeProblems(
  added: { posts: number; bytes: number },
  bytes: number,
  { maxPosts, maxBytes }: PostLimits,
): Problem[] {
  return [
    ...(maxPosts !== undefined && added.posts >= maxPosts
      ? [{ field: '', message: `is one more than the ${maxPosts} posts that this step may make (maxPosts)` }]
      : []),
    ...(maxBytes !== undefined && added.bytes + bytes > maxBytes
      ? [
          {
            field: '',
            message: `needs ${bytes} bytes, of which this step has ${maxBytes - added.bytes} left (maxBytes ${maxBytes})`,
          },
        ]
      : []),
  ];
}

const insistSchema = z.object({ allowDuplicates: z.boolean().default(false) });

/** `allowDuplicates` is said of the adding and not of the post, as in the call of the API. */
function readLine(line: string): { post: PostRequest; allowDuplicates: boolean } | { problems: Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return {
      problems: [{ field: '', message: `is not JSON: ${error instanceof Error ? error.message : error}` }],
    };
  }
  const insists = insistSchema.safeParse(value);
  if (!insists.success) return { problems: problemsOf(insists.error) };
  const { allowDuplicates: _, ...post } = value as Record<string, unknown>;
  // Each failure of `safeParse` leaves something for the slow collector; of a log with many lines that holds the event loop.
  try {
    return { post: postRequestSchema.parse(post), allowDuplicates: insists.data.allowDuplicates };
  } catch (error) {
    if (error instanceof z.ZodError) return { problems: problemsOf(error) };
    throw error;
  }
}
