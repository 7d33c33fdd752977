/** Does a piece of work when those before it are over; resolves or rejects as the work does. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs pieces of work one after the other, in the order they were given; a failed one does not hold up the next. */
export function inTurn(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined); // The caller has the rejection; the next one only waits for the end.
    return result;
  };
}
