import { type Clock, pause } from '../../../shared/index.ts';

/** A process that cannot be confused with a later one of the same pid. */
export type Identity = { pid: number; startedAt: string };

/** A living process as one look at the system shows it. */
export type ProcessInfo = Identity & {
  parent: number;
  /** Process group; 0 where there are none. */
  group: number;
  /** BELFRY_RUN_ID of its environment; null where it has none or the system does not tell. */
  runId: string | null;
};

/** What the runner asks of the operating system; one implementation per platform. */
export type Processes = {
  /** Start time of a child of ours, or null when it is gone already. */
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
  // A stranger with the leader's pid means that the leader is gone, and its group number is free too.
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

/** Whose processes: everything that carries one of these run ids, or belongs to the leader. */
export type Tree = { runIds: ReadonlySet<string>; leader?: Identity; since?: Identity };

/** After force was used, processes that fork on are hunted for at most this long, in milliseconds. */
const hunt = 1500;
const firstLook = 20;
const longestPause = 160;

/**
 * Ends all processes of a run: asks them, waits up to `graceMs`, then forces them, until none is left.
 * Resolves with the pids that it had to end.
 */
export async function endTree(
  { processes, clock }: { processes: Processes; clock: Clock },
  tree: Tree,
  graceMs: number,
): Promise<number[]> {
  const members = async () => membersOf(await processes.list(tree.since), tree.runIds, tree.leader);
  const met = new Set<number>();
  const asked = new Set<string>();
  const start = clock.monotonic();
  for (let wait = firstLook; ; wait = Math.min(wait * 2, longestPause)) {
    const alive = await members();
    const elapsed = clock.monotonic() - start;
    if (alive.length === 0 || elapsed > graceMs + hunt) return [...met];
    const force = elapsed >= graceMs;
    const due = force ? alive : alive.filter((process) => !asked.has(nameOf(process)));
    for (const process of due) {
      met.add(process.pid);
      asked.add(nameOf(process));
    }
    await Promise.all(due.map((process) => processes.end(process, force ? 'force' : 'polite')));
    await pause(clock, force ? firstLook : Math.min(wait, Math.max(1, graceMs - elapsed)));
  }
}

function nameOf({ pid, startedAt }: ProcessInfo): string {
  return `${pid} ${startedAt}`;
}
