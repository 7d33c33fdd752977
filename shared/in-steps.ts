/**
 * Maps a long list a step at a time, and rests between two: whoever hands in the event loop's next turn as `rest` does
 * not hold it for the whole list.
 */
export async function inSteps<A, B>(
  list: readonly A[],
  rest: () => Promise<unknown>,
  map: (some: readonly A[]) => readonly B[] | Promise<readonly B[]>,
  size = 200,
): Promise<B[]> {
  const mapped: B[] = [];
  for (let from = 0; from < list.length; from += size) {
    if (from > 0) await rest();
    mapped.push(...(await map(list.slice(from, from + size))));
  }
  return mapped;
}
