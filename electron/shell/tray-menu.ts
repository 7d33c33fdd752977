import {
  attentionOf,
  type ErrorCode,
  fromInstant,
  type JobView,
  type Millis,
  needsAttention,
  type PostView,
  type Status,
} from '../../shared/index.ts';

/** All that the tray is drawn from; `status` is null until the engine has answered for the first time. */
export type TrayState = {
  now: Millis;
  /** IANA zone in which times of day are written. */
  timezone: string;
  status: Status | null;
  jobs: readonly JobView[];
  /** The posts that are due next, in any order. */
  posts: readonly PostView[];
  launchAtLogin: boolean;
  /** True while Belfry is ending. */
  quitting: boolean;
  /** Said when this is no runtime for everyday use. */
  runtimeNotice: string | null;
};

export type TrayIcon = 'idle' | 'running' | 'paused' | 'attention';

/** What a click in the menu asks for. */
export type TrayAction =
  | { do: 'start' | 'stop' | 'quit' }
  | { do: 'open'; route: string }
  | { do: 'run-job'; id: string }
  | { do: 'launch-at-login'; enabled: boolean };

export type TrayEntry =
  | { type: 'separator' }
  | { type: 'label'; label: string }
  | { type: 'action'; label: string; action: TrayAction; enabled: boolean }
  | { type: 'checkbox'; label: string; checked: boolean; action: TrayAction }
  | { type: 'menu'; label: string; entries: TrayEntry[] };

export type TrayView = { icon: TrayIcon; tooltip: string; entries: TrayEntry[] };

/** Posts in the menu. */
export const nextPosts = 5;
/** Accounts named in the menu. */
const mostAccounts = 3;
/** A longer menu cannot be used any more; the window has the whole list with a search field. */
const longestMenu = 40;
const longestLabel = 48;

/** Everything that the tray shows, from one state. */
export function trayView(state: TrayState): TrayView {
  return { icon: iconOf(state), tooltip: tooltipOf(state), entries: entriesOf(state) };
}

function iconOf(state: TrayState): TrayIcon {
  const { status, quitting } = state;
  if (!status || quitting) return 'idle';
  if (needsAttention(attentionOf(status))) return 'attention';
  if (status.running.length > 0) return 'running';
  return status.scheduler === 'paused' ? 'paused' : 'idle';
}

/** The next of the user's own jobs and posts, or null. */
function nextUp({ jobs, posts, now }: TrayState): { name: string; at: Millis } | null {
  const slots = jobs
    .filter((job) => !job.builtin)
    .flatMap(({ name, nextRun }) => (nextRun === null ? [] : [{ name, at: fromInstant(nextRun) }]));
  const due = posts
    .map(dueAt)
    .filter((at) => at !== null)
    .map((at) => ({ name: 'a post', at: Math.max(now, at) }));
  return [...slots, ...due].reduce<{ name: string; at: Millis } | null>(
    (first, each) => (first === null || each.at < first.at ? each : first),
    null,
  );
}

/** What keeps the engine from its work, short enough for a menu; the window has the details. */
const troubleWords: Partial<Record<ErrorCode, string>> = {
  NEEDS_PERSON: 'Publishing is paused: confirm in the window',
  DATABASE_UNUSABLE: 'The database cannot be used, see the window',
};

/** One line on what matters most now. */
function statusLine(state: TrayState): string {
  const { status, now, quitting } = state;
  if (quitting) return 'Ending …';
  if (!status) return 'Starting …';
  const [trouble] = status.trouble;
  if (trouble) return troubleWords[trouble.code] ?? 'Belfry cannot do its work, see the window';
  const [first, ...more] = status.running;
  if (first) return `Running: ${short(first.name)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  const { warnings, accounts, waitingPosts, posts } = attentionOf(status);
  if (warnings > 0) return plural(warnings, 'warning needs', 'warnings need', 'you');
  if (accounts > 0) {
    const waiting =
      waitingPosts > 0 ? `, ${waitingPosts} ${waitingPosts === 1 ? 'post waits' : 'posts wait'}` : '';
    return `${plural(accounts, 'account needs', 'accounts need', 'you')}${waiting}`;
  }
  if (posts > 0) return plural(posts, 'post needs', 'posts need', 'you');
  if (status.scheduler === 'paused') return 'Paused';
  const next = nextUp(state);
  return next ? `Next: ${short(next.name)} ${untilWords(next.at - now)}` : 'Nothing is scheduled';
}

function tooltipOf(state: TrayState): string {
  const { status } = state;
  const lines = [`Belfry: ${statusLine(state)}`];
  if (status && status.counts.failingJobs > 0)
    lines.push(plural(status.counts.failingJobs, 'job', 'jobs', 'failed at the last run'));
  if (status?.demo) lines.push('Demonstration');
  if (state.runtimeNotice) lines.push(state.runtimeNotice);
  return lines.join('\n');
}

function entriesOf(state: TrayState): TrayEntry[] {
  const { status } = state;
  const paused = status?.scheduler === 'paused';
  const alive = status !== null && !state.quitting;
  return [
    { type: 'label', label: statusLine(state) },
    ...accountsInNeed(state),
    { type: 'separator' },
    action('Start scheduler', { do: 'start' }, alive && paused),
    action('Stop scheduler', { do: 'stop' }, alive && !paused),
    runNow(state),
    pendingPosts(state),
    { type: 'separator' },
    action('Open Belfry', { do: 'open', route: '' }, !state.quitting),
    action('Open logs', { do: 'open', route: '#/output' }, !state.quitting),
    {
      type: 'checkbox',
      label: 'Launch at login',
      checked: state.launchAtLogin,
      action: { do: 'launch-at-login', enabled: !state.launchAtLogin },
    },
    { type: 'separator' },
    action('Quit Belfry', { do: 'quit' }, !state.quitting),
  ];
}

/** Accounts whose posts wait for their owner, each leading to where they are signed in again. */
function accountsInNeed({ status, quitting }: TrayState): TrayEntry[] {
  const accounts = status?.accounts ?? [];
  const shown = accounts
    .slice(0, mostAccounts)
    .map(({ id, handle, status: word }) =>
      action(
        `${short(handle || id)} ${word === 'locked' ? 'is locked' : word === 'moved' ? 'has moved' : 'needs a sign-in'} …`,
        { do: 'open', route: '#/accounts' },
        !quitting,
      ),
    );
  return [...shown, ...andMore(accounts.length - shown.length, '#/accounts', !quitting)];
}

function runNow({ status, jobs }: TrayState): TrayEntry {
  const shown = jobs
    .slice(0, longestMenu)
    .map((job) =>
      action(`${short(job.name)}${job.running ? ' (running)' : ''}`, { do: 'run-job', id: job.id }, true),
    );
  const all = Math.max(jobs.length, status?.counts.jobs ?? 0);
  const more = andMore(all - shown.length, '#/jobs');
  return { type: 'menu', label: 'Run now', entries: orNone([...shown, ...more], 'No jobs yet') };
}

function pendingPosts({ status, posts, now, timezone }: TrayState): TrayEntry {
  const due = posts
    .map((post) => ({
      post,
      at: dueAt(post) ?? Number.POSITIVE_INFINITY,
    }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at)
    .slice(0, nextPosts);
  const entries = due.map(({ post, at }) => {
    const when = at > now ? clockTime(at, now, timezone) : `due ${ago(now - at)}`;
    return action(
      `${when}  ${title(post)}`,
      { do: 'open', route: `#/posts/${encodeURIComponent(post.id)}` },
      true,
    );
  });
  const more = andMore((status?.counts.queuedPosts ?? 0) - entries.length, '#/posts');
  return { type: 'menu', label: 'Pending posts', entries: orNone([...entries, ...more], 'No pending posts') };
}

/** What the menu leaves out, and the way to all of it. */
function andMore(count: number, route: string, enabled = true): TrayEntry[] {
  return count > 0
    ? [action(`And ${count.toLocaleString('en')} more …`, { do: 'open', route }, enabled)]
    : [];
}

/** When a post goes out next: accounts can have times of their own, and a retry has another one. */
function dueAt({ publishAt, targets }: PostView): Millis | null {
  const times = targets
    .filter(({ status }) => status === 'queued' || status === 'sending')
    .flatMap((target) => (target.dueAt === null ? [] : [fromInstant(target.dueAt)]));
  if (times.length > 0) return Math.min(...times);
  return publishAt === null ? null : fromInstant(publishAt);
}

function title(post: PostView): string {
  const [line = ''] = post.text.trim().split('\n');
  if (line !== '') return short(line);
  return post.media.length > 0 ? 'Media without text' : 'Empty post';
}

function action(label: string, what: TrayAction, enabled: boolean): TrayEntry {
  return { type: 'action', label, action: what, enabled };
}

function orNone(entries: TrayEntry[], otherwise: string): TrayEntry[] {
  return entries.length > 0 ? entries : [{ type: 'label', label: otherwise }];
}

function plural(count: number, one: string, many: string, rest: string): string {
  return `${count} ${count === 1 ? one : many} ${rest}`;
}

/** Cut between characters, never inside one. */
function short(text: string): string {
  const plain = text.replace(/\s+/g, ' ');
  const characters = Array.from(plain);
  return characters.length <= longestLabel ? plain : `${characters.slice(0, longestLabel - 1).join('')}…`;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `in 12 min` for a length of time in milliseconds; `now` when it is over. */
function untilWords(length: number): string {
  if (length <= 0) return 'now';
  if (length < minute) return 'in less than a minute';
  return `in ${words(length)}`;
}

/** `12 min ago`. */
function ago(length: number): string {
  return length < minute ? 'just now' : `${words(length)} ago`;
}

/** Rounded up, so that "in 1 min" never means that it is already over. */
function words(length: number): string {
  if (length < hour) return `${Math.ceil(length / minute)} min`;
  if (length < 2 * day) {
    const hours = Math.floor(length / hour);
    const minutes = Math.floor((length % hour) / minute);
    return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  }
  return `${Math.round(length / day)} days`;
}

/** The time of day in a zone, with the weekday when it is not today, and the date when it is a week or more away. */
function clockTime(at: Millis, now: Millis, timezone: string): string {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone, ...options });
  const date = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const time = format({ hour: '2-digit', minute: '2-digit' }).format(at);
  if (date.format(at) === date.format(now)) return time;
  if (at - now < 6 * day) return `${format({ weekday: 'short' }).format(at)} ${time}`;
  return `${format({ day: 'numeric', month: 'short' }).format(at)} ${time}`;
}
