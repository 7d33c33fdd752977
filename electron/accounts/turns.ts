/** Does a task when those before it are done. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>;

/** Runs tasks one after the other; a failed task fails for its caller only. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const work = last.then(task);
    last = work.catch(() => undefined); // The caller has the failure; the next task starts afresh.
    return work;
  };
}
