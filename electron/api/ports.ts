import type {
  AccountInput,
  AccountMediaInput,
  AccountMediaView,
  AccountMove,
  AccountPatch,
  AccountView,
  CallOutput,
  Config,
  ConfigInput,
  FireTimes,
  HandlerInput,
  Job,
  Millis,
  Mode,
  OutputLine,
  Overdue,
  PastChoice,
  PlannedStep,
  PostBatchResult,
  PostChanges,
  PostCheck,
  PostInput,
  PostRequest,
  PostView,
  Problem,
  QueuePlace,
  QueueView,
  RunParameters,
  RunView,
  SeriesDetails,
  SeriesInput,
  SeriesView,
  Template,
  Trigger,
  Warning,
} from '../../shared/index.ts';
import type { SignInPort } from './sign-in-port.ts';

/** What the doors need of the rooms behind them; `belfry.ts` hands it over. */
export type ApiNeeds = {
  about: { version: string; pid: number; mode: Mode; home: string; startedAt: Millis; demo: boolean };
  config: {
    current(): Config;
    change(edit: (raw: ConfigInput) => ConfigInput): Promise<Config>;
  };
  jobs: {
    /** Built-in jobs first, then those of config.json. */
    all(): readonly Job[];
    isBuiltin(id: string): boolean;
    templates: readonly Template[];
    lastRuns(): Promise<ReadonlyMap<string, LastRun>>;
  };
  scheduler: {
    start(): Promise<void>;
    stop(): Promise<void>;
    paused(): boolean;
    /** Zone of schedules without one of their own. */
    timezone(): string;
    next(jobId: string): Millis | null;
    describe(job: Job): string;
    fireTimes(of: {
      job?: Job;
      trigger?: Trigger;
      timezone?: string;
      from: Millis;
      count: number;
    }): Promise<FireTimes>;
    check(job: Job, together?: readonly Job[]): Problem[];
    anchor(jobId: string): Millis | null;
  };
  runner: {
    runNow(jobId: string, options: { fromStep?: number; parameters?: RunParameters }): Promise<RunView>;
    preview(
      jobId: string,
      options: { fromStep?: number; parameters?: RunParameters },
    ): Promise<PlannedStep[]>;
    resume(runId: string): Promise<RunView>;
    retry(runId: string): Promise<RunView>;
    cancel(runId: string): Promise<RunView>;
    check(job: Job): Promise<Problem[]>;
    running(): readonly { runId: string; jobId: string; name: string; startedAt: Millis | null }[];
  };
  runs: {
    list(query: HandlerInput<'runs.list'>): Promise<RunView[]>;
    get(id: string): Promise<RunView | undefined>;
    output(query: HandlerInput<'runs.output'>): Promise<OutputLine[]>;
    page(query: HandlerInput<'runs.page'>): Promise<CallOutput<'runs.page'>>;
    outputPage(query: HandlerInput<'runs.outputPage'>): Promise<CallOutput<'runs.outputPage'>>;
  };
  posts: {
    count(query: HandlerInput<'posts.count'>): Promise<CallOutput<'posts.count'>>;
    list(query: InMillis<HandlerInput<'posts.list'>>): Promise<PostView[]>;
    page(query: InMillis<HandlerInput<'posts.page'>>): Promise<CallOutput<'posts.page'>>;
    get(id: string): Promise<PostView | undefined>;
    add(post: PostInput, from: { source: PostView['source'] }): Promise<PostView>;
    addAll(
      posts: readonly PostInput[],
      from: { source: PostView['source']; dryRun: boolean; repeats: 'allow' | 'refuse' },
    ): Promise<PostBatchResult>;
    check(post: PostInput, edited?: string): Promise<PostCheck>;
    edit(id: string, post: PostInput): Promise<PostView>;
    move(id: string, publishAt: Millis | null, past?: PastChoice): Promise<PostView>;
    history(id: string): Promise<{ account: string; at: Millis; status: PostView['status']; note: string }[]>;
    cancelAll(many: HandlerInput<'posts.cancelAll'>): Promise<PostChanges>;
    retryAll(many: HandlerInput<'posts.retryAll'>): Promise<PostChanges>;
    moveAll(many: HandlerInput<'posts.moveAll'>): Promise<PostChanges>;
    cancel(id: string): Promise<PostView>;
    retry(id: string): Promise<PostView>;
    publishNow(id: string): Promise<PostView>;
    settle(input: HandlerInput<'posts.settle'>): Promise<PostView>;
    counts(): Promise<{ queued: number; needYou: number }>;
    waitingFor(accounts: readonly string[]): Promise<{ posts: number; by: ReadonlyMap<string, number> }>;
    overdue(): Promise<Overdue[]>;
  };
  plans: {
    add(
      post: PostRequest,
      from: { source: PostView['source']; repeats: 'allow' | 'refuse' },
    ): Promise<PostView>;
    queues: {
      list(limit: number, account?: string): Promise<QueueView[]>;
      move(input: { account: string; post: string; to: QueuePlace }): Promise<void>;
      shuffle(account: string): Promise<void>;
    };
    series: {
      list(): Promise<SeriesView[]>;
      get(id: string): Promise<SeriesDetails>;
      add(input: SeriesInput): Promise<SeriesView>;
      set(id: string, input: SeriesInput): Promise<SeriesView>;
      pause(id: string): Promise<SeriesView>;
      resume(id: string): Promise<SeriesView>;
      remove(id: string, posts: 'keep' | 'cancel'): Promise<void>;
      skip(id: string, at: Millis, skipped: boolean): Promise<SeriesDetails>;
    };
  };
  accounts: {
    list(): Promise<AccountView[]>;
    add(input: AccountInput): Promise<AccountView>;
    set(patch: AccountPatch): Promise<AccountView>;
    verify(id: string): Promise<AccountView>;
    setServer(move: AccountMove): Promise<AccountView>;
    remove(id: string): Promise<void>;
    media(id: string): Promise<AccountMediaView>;
    setMedia(input: AccountMediaInput): Promise<AccountMediaView>;
  } & SignInPort;
  warnings: {
    list(): Promise<Warning[]>;
    /** Those that keep the engine from its work. */
    trouble(): Warning[];
    confirm(code: string): Promise<void>;
  };
  host: {
    quit(): void;
    openUrl(url: string, known: boolean): Promise<void>;
    pickFiles(): Promise<string[]>;
    startDemo(): Promise<{ url: string | null }>;
    launchAtLogin(enabled: boolean): Promise<void>;
  };
  clock: { now(): Millis };
  /** Jobs changed in config.json: the scheduler looks again. */
  jobsChanged(): Promise<void>;
};

/** A query with its instants as milliseconds. */
type InMillis<Q> = Omit<Q, 'from' | 'to'> & { from?: Millis | undefined; to?: Millis | undefined };

/** The newest run of a job that really ran. */
export type LastRun = { id: string; status: RunView['status']; finishedAt: Millis | null };
