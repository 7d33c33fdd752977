/** What the user can put right; printed as `CODE: what, where. Why. What to do.` */
export class Problem extends Error {
  constructor(code, what, where, why, remedy) {
    super(`${code}: ${what}, ${where}. ${why}. ${remedy}.`);
    this.code = code;
  }
}

/** The reason of a thrown thing in one line; fetch hides it in `cause`. */
export function reasonOf(error) {
  const inner = error?.cause instanceof Error ? error.cause : error;
  return String(inner?.message || inner?.code || inner).replace(/[.\s]+$/, '');
}
