import { type Clock, pause } from '../../../shared/index.ts';
import { type Identity, membersOf, type Processes, type ProcessInfo } from './port.ts';

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
