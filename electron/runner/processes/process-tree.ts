import { type Clock, pause } from '../../../shared/index.ts';

/** Identifies a process; a later one with the same pid has another start time. */
export type Identity = { pid: number; startedAt: string };

/** A process as the system listed it. */
export type ProcessInfo = Identity & {
  parent: number;
  /** Process group; 0 where there are none. */
  group: number;
  /** BELFRY_RUN_ID of its environment; null where it has none or the system does not show it. */
  runId: string | null;
};

/** The processes of the operating system; one implementation per platform. */
export type Processes = {
  /** Start time of a child process, or null when it has ended. */
  startOf(pid: number): Promise<string | null>;
  /** All living processes that may be signalled; with `since`, those that started before that process may be left out. */
  list(since?: Identity): Promise<ProcessInfo[]>;
  /** Whether a process group led by `pid` still has living members; false where there are no groups. */
  groupLives(pid: number): boolean;
  /** Asks (`polite`) or forces a process to end; a process that is gone or was replaced is left alone. */
  end(process: Identity, how: 'polite' | 'force'): Promise<void>;
};

/** The processes that belong to a run: those that carry its id, its leader, the leader's group, and all their children. */
export function membersOf(
  all: readonly ProcessInfo[],
  runIds: ReadonlySet<string>,
  leader?: Identity,
): ProcessInfo[] {
  const present = all.find((process) => process.pid === leader?.pid);
  // Another process with the leader's pid means that the leader has ended, and its group number is free too.
  const mine = leader && (!present || present.startedAt === leader.startedAt) ? leader.pid : undefined;
  const members = new Set(
    all.filter(
      (process) =>
        (process.runId !== null && runIds.has(process.runId)) ||
        (mine !== undefined && (process.pid === mine || process.group === mine)),
    ),
  );
  const byParent = Map.groupBy(all, (process) => process.parent);
  for (const member of members) for (const child of byParent.get(member.pid) ?? []) members.add(child);
  return [...members];
}

/** The processes of runs: those that carry one of the run ids, or belong to the leader. */
export type Tree = { runIds: ReadonlySet<string>; leader?: Identity; since?: Identity };

/** Once processes are killed, those that keep forking are killed for at most this long, in milliseconds. */
const killTime = 1500;
/** Where each listing takes long, they are killed this many times all the same. */
const leastKills = 3;
const firstPause = 20;
const longestPause = 160;

/**
 * Ends all processes of runs: signals them to end, waits up to `graceMs`, then kills them until none is left.
 * Resolves with the pids that it had to end.
 */
export async function endTree(
  { processes, clock }: { processes: Processes; clock: Clock },
  tree: Tree,
  graceMs: number,
): Promise<number[]> {
  const members = async () => membersOf(await processes.list(tree.since), tree.runIds, tree.leader);
  const ended = new Set<number>();
  const asked = new Set<string>();
  const start = clock.monotonic();
  let kills = 0;
  for (let wait = firstPause; ; wait = Math.min(wait * 2, longestPause)) {
    const alive = await members();
    const elapsed = clock.monotonic() - start;
    const isTimeOver = elapsed > graceMs + killTime && kills >= leastKills;
    if (alive.length === 0 || isTimeOver) return [...ended];
    const force = elapsed >= graceMs;
    if (force) kills += 1;
    const due = force ? alive : alive.filter((process) => !asked.has(nameOf(process)));
    for (const process of due) {
      ended.add(process.pid);
      asked.add(nameOf(process));
    }
    await Promise.all(due.map((process) => processes.end(process, force ? 'force' : 'polite')));
    await pause(clock, force ? firstPause : Math.min(wait, Math.max(1, graceMs - elapsed)));
  }
}

function nameOf({ pid, startedAt }: ProcessInfo): string {
  return `${pid} ${startedAt}`;
}
