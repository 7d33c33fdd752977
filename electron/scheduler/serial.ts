/** Runs pieces of work one after the other, in the order they were given; a failed one does not hold up the next. */
export function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = tail.then(work);
    tail = result.catch(() => undefined); // The caller has the rejection; the line only needs to know that it is over.
    return result;
  };
}
