/** One line for the user at the terminal; on stderr, so that stdout belongs to the program that is started. */
export function say(text) {
  process.stderr.write(`belfry: ${text}\n`);
}

/** An error in the form of the house: `CODE: what, where. Why. What to do.`, without a stack in its text. */
export class DevError extends Error {
  constructor({ code, what, where, why, remedy, cause }) {
    super(
      `${code}: ${what}, ${where}. ${sentence(why)} ${sentence(remedy)}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = 'DevError';
    this.code = code;
  }
}

function sentence(text) {
  const trimmed = String(text).trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
