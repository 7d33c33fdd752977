import type { Clock, RunView } from '../../shared/index.ts';

/** More alerts than this at once for one page become a summary. */
const mostAtOnce = 5;
/** A summary names so many of what it stands for. */
const mostNamed = 3;

const titles: Record<Alert['page'], (count: number) => string> = {
  runs: (count) => `${count} jobs did not run as they should`,
  jobs: (count) => `${count} jobs need attention`,
  posts: (count) => `${count} posts need attention`,
  accounts: (count) => `Sign in to ${count} accounts again`,
};

/** Alerts that came together: as they are, or where they are too many one for each page. */
function summarize(alerts: readonly Alert[]): Alert[] {
  return [...Map.groupBy(alerts, ({ page }) => page)].flatMap(([page, list]) =>
    list.length > mostAtOnce ? [{ page, title: titles[page](list.length), body: namesOf(list) }] : list,
  );
}

function namesOf(list: readonly Alert[]): string {
  const named = list.slice(0, mostNamed).map(({ title }) => title);
  return `${named.join('; ')}; and ${list.length - named.length} more.`;
}

/** A notification: few and actionable (design §7); `page` is where the window opens. */
export type Alert = { title: string; body: string; page: 'runs' | 'posts' | 'accounts' | 'jobs' };

/** Something that happened and might be worth the user's attention. */
export type Fact =
  | { kind: 'run'; run: Pick<RunView, 'jobId' | 'jobName' | 'status' | 'reason' | 'gap'> }
  | { kind: 'account'; accountId: string; handle: string; reason: string }
  | { kind: 'account-moved'; accountId: string; handle: string; reason: string }
  | { kind: 'account-ending'; accountId: string; handle: string; reason: string }
  | { kind: 'account-ready'; accountId: string }
  /** The database was lost while it was open, or turned out to be a copy. */
  | { kind: 'database'; reason: string }
  | {
      kind: 'post';
      postId: string;
      account: string;
      status: 'failed' | 'unconfirmed' | 'missed' | 'comment' | 'address';
      reason: string;
    };

/** What was already said: keys of alerts that are not said again until their cause is gone, oldest first. */
type Said = ReadonlySet<string>;

/** The oldest is forgotten beyond this: saying one thing again is better than a memory that only grows. */
export const mostSaid = 1000;

const failures: readonly RunView['status'][] = ['failed', 'timed-out', 'interrupted'];

/** Decides whether a fact is worth an alert: once per job until it recovers, once per account until it is signed in. */
export function decide(said: Said, fact: Fact): { said: Said; alert: Alert | null } {
  switch (fact.kind) {
    case 'run':
      return decideRun(said, fact.run);
    case 'account':
      return once(said, `account:${fact.accountId}`, {
        title: `Sign in to ${fact.handle} again`,
        body: `${fact.reason} Its posts wait until then.`,
        page: 'accounts',
      });
    case 'account-moved':
      return once(said, `account:${fact.accountId}`, {
        title: `The server of ${fact.handle} has moved`,
        body: `${fact.reason}. Its posts wait until then.`,
        page: 'accounts',
      });
    case 'account-ending':
      return once(said, `ending:${fact.accountId}`, {
        title: `The sign-in to ${fact.handle} ends soon`,
        body: fact.reason,
        page: 'accounts',
      });
    case 'account-ready':
      return {
        said: without(without(said, `account:${fact.accountId}`), `ending:${fact.accountId}`),
        alert: null,
      };
    case 'database':
      return once(said, 'database', {
        title: 'Belfry has stopped publishing',
        body: fact.reason,
        page: 'posts',
      });
    case 'post': {
      const alert: Alert = {
        title: {
          failed: 'A post failed',
          unconfirmed: 'Was this post published?',
          missed: 'A post was missed',
          comment: 'A first comment is missing',
          address: 'A post cannot go out as it is',
        }[fact.status],
        body: `${fact.account}: ${fact.reason}`,
        page: 'posts',
      };
      // Every other one is a step that the post has just made; an address that does not work is found again each time.
      return fact.status === 'address'
        ? once(said, `address:${fact.postId}:${fact.account}`, alert)
        : { said, alert };
    }
  }
}

function decideRun(
  said: Said,
  run: Extract<Fact, { kind: 'run' }>['run'],
): { said: Said; alert: Alert | null } {
  const key = `job:${run.jobId}`;
  if (run.status === 'success') return { said: without(said, key), alert: null };
  if (run.status === 'missed') {
    const count = run.gap?.count ?? 1;
    const what = count === 1 ? 'a run' : `${count} runs`;
    return { said, alert: { title: `${run.jobName} missed ${what}`, body: run.reason ?? '', page: 'runs' } };
  }
  if (!failures.includes(run.status)) return { said, alert: null };
  return once(said, key, {
    title: `${run.jobName} ${run.status}`,
    body: run.reason ?? 'See its output.',
    page: 'runs',
  });
}

function once(said: Said, key: string, alert: Alert): { said: Said; alert: Alert | null } {
  if (said.has(key)) return { said, alert: null };
  return { said: new Set([...[...said].slice(1 - mostSaid), key]), alert };
}

function without(said: Said, key: string): Said {
  return said.has(key) ? new Set([...said].filter((other) => other !== key)) : said;
}

type Alerts = {
  tell(fact: Fact): void;
  /** Passes on what is still gathered; afterwards `tell` does so at once. */
  close(): void;
};

/** Alerts are passed on after so long without another one, in milliseconds, and at the latest so long after the first. */
const quiet = 1000;
const patience = 10_000;

/**
 * Takes facts, and passes on those that the user should hear of, each once. What happens to many at a time (a crash, a
 * night without network) is gathered for a moment and passed on as a whole.
 */
export function createAlerts({ notify, clock }: { notify: (alert: Alert) => void; clock: Clock }): Alerts {
  let said: Said = new Set();
  let gathered: Alert[] = [];
  let since = 0;
  let closed = false;
  let cancel = () => {};

  function handOn(): void {
    cancel();
    const alerts = summarize(gathered);
    gathered = [];
    for (const alert of alerts) notify(alert);
  }

  function gather(alert: Alert): void {
    if (gathered.length === 0) since = clock.monotonic();
    gathered.push(alert);
    const left = since + patience - clock.monotonic();
    cancel();
    if (closed || left <= 0) handOn();
    else cancel = clock.setTimer(Math.min(quiet, left), handOn);
  }

  return {
    tell(fact) {
      const decision = decide(said, fact);
      said = decision.said;
      if (decision.alert) gather(decision.alert);
    },
    close() {
      closed = true;
      handOn();
    },
  };
}
