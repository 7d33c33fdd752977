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
