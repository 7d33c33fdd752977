import {
  type AccountView,
  type Job,
  type JobInput,
  jobSchema,
  type OutputLine,
  type PostView,
  postStatus,
  type RunView,
  type Status,
  type TargetView,
} from '../../../shared/index.ts';

/** A job with one harmless step unless more is said. */
export function sampleJob(some: Partial<JobInput> & { id: string }): Job {
  return jobSchema.parse({
    name: some.id,
    triggers: [{ type: 'interval', hours: 3 }],
    steps: [{ type: 'command', name: 'Say hello', command: ['echo', 'hello'] }],
    ...some,
  });
}

/** A successful run on schedule unless more is said. */
export function sampleRun(some: Partial<RunView> & { id: string; jobId: string }): RunView {
  const at = some.createdAt ?? '2026-11-22T09:00:00.000Z';
  return {
    jobName: some.jobId,
    cause: 'schedule',
    slot: at,
    status: 'success',
    attempt: 1,
    createdAt: at,
    startedAt: at,
    finishedAt: new Date(Date.parse(at) + 12_300).toISOString(),
    reason: null,
    gap: null,
    steps: [],
    ...some,
  };
}

/** A line of standard output unless more is said. */
export function sampleLine(
  some: Partial<OutputLine> & { runId: string; seq: number; text: string },
): OutputLine {
  return { step: 0, at: '2026-11-22T09:00:00.000Z', stream: 'stdout', ...some };
}

/** An account that works unless more is said. */
export function sampleAccount(some: Partial<AccountView> & { id: string }): AccountView {
  return {
    network: 'mastodon',
    server: 'https://mastodon.example',
    handle: `@${some.id}@mastodon.example`,
    status: 'ready',
    reason: null,
    tokenExpiresAt: null,
    movedTo: null,
    order: 'independent',
    ...some,
  };
}

/** Where a post stands with one account; queued unless more is said. */
export function sampleTarget(some: Partial<TargetView> & { account: string }): TargetView {
  return {
    status: 'queued',
    dueAt: '2026-11-22T12:00:00.000Z',
    remoteId: null,
    url: null,
    error: null,
    override: {},
    sent: null,
    differs: [],
    notCompared: null,
    notBefore: null,
    waits: null,
    ...some,
  };
}

/** A post to one account unless more is said; its status follows from its targets. */
export function samplePost(some: Partial<PostView> & { id: string }): PostView {
  const targets = some.targets ?? [sampleTarget({ account: 'ada' })];
  return {
    publishAt: '2026-11-22T12:00:00.000Z',
    text: some.id,
    media: [],
    thread: [],
    poll: null,
    firstComment: null,
    tags: [],
    key: null,
    source: 'person',
    runId: null,
    note: '',
    visibility: null,
    contentWarning: null,
    language: null,
    sensitive: null,
    createdAt: '2026-11-20T08:00:00.000Z',
    ...some,
    targets,
    status: postStatus(targets),
  };
}

/** An engine without jobs, posts and accounts unless more is said. */
export function sampleStatus(some: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    pid: 4711,
    mode: 'headless',
    home: '/home/ada/.config/Belfry',
    startedAt: '2026-11-22T09:00:00.000Z',
    scheduler: 'running',
    running: [],
    next: null,
    counts: {
      jobs: 0,
      enabledJobs: 0,
      queuedPosts: 0,
      needYou: 0,
      accountsNeedYou: 0,
      waitingPosts: 0,
      failingJobs: 0,
    },
    accounts: [],
    overdue: [],
    warnings: [],
    trouble: [],
    timezones: ['UTC'],
    demo: false,
    ...some,
  };
}
