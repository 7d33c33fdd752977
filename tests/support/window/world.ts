import type { StoredMedia } from '../../../electron/publisher/ports.ts';
import type {
  AccountView,
  CallOutput,
  Job,
  MetaAppView,
  OutputLine,
  PostView,
  QueueView,
  RunView,
  SeriesDetails,
  Settings,
  SignInView,
  Snippets,
  Template,
  Warning,
  Workspace,
} from '../../../shared/index.ts';
import { settingsSchema } from '../../../shared/index.ts';

/** Everything that the engine behind a test's window knows; tests read and change it. */
export type World = {
  paused: boolean;
  mode: 'desktop' | 'headless';
  demo: boolean;
  jobs: Job[];
  builtins: Set<string>;
  runs: RunView[];
  output: Map<string, OutputLine[]>;
  posts: PostView[];
  /** What happened to posts, by their ids. */
  histories: Map<string, CallOutput<'posts.history'>>;
  accounts: AccountView[];
  signIns: Map<string, SignInView>;
  apps: MetaAppView[];
  series: Map<string, SeriesDetails>;
  /** By account. */
  queues: Map<string, QueueView>;
  snippets: Snippets;
  workspaces: Workspace[];
  templates: Template[];
  settings: Settings;
  warnings: Warning[];
  /** Files that the person chooses when the desktop asks. */
  picked: string[];
  /** Files that the engine holds, by id: what `media:ID` stands for. `file` is an absolute path. */
  media: Map<string, StoredMedia>;
};

/** A world, empty unless more is said. */
export function world(some: Partial<World> = {}): World {
  return {
    paused: false,
    mode: 'headless',
    demo: false,
    jobs: [],
    builtins: new Set(),
    runs: [],
    output: new Map(),
    posts: [],
    histories: new Map(),
    accounts: [],
    signIns: new Map(),
    apps: [],
    series: new Map(),
    queues: new Map(),
    snippets: { texts: [], hashtags: [] },
    workspaces: [],
    templates: [],
    settings: settingsSchema.parse({}),
    warnings: [],
    picked: [],
    media: new Map(),
    ...some,
  };
}
