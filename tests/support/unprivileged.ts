/** An account without rights on every Unix. */
export const nobody = 65534;

/**
 * Does something without the rights of root, who may open every file: what a test of refused rights needs where tests run
 * as root, as in CI. As anybody else it just does it.
 */
export async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0 || !process.seteuid) return work();
  process.seteuid(nobody);
  try {
    return await work();
  } finally {
    process.seteuid(0);
  }
}
