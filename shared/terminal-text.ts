/** SGR sequences (colours) are captured; every other escape (CSI, OSC, single) and stray control character matches too. */
export const terminalSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Of a line that was drawn over itself with carriage returns, the last state. */
export function lastProgress(line: string): string {
  const trimmed = line.replace(/\r+$/, '');
  const last = trimmed.lastIndexOf('\r');
  return last === -1 ? trimmed : trimmed.slice(last + 1);
}

/** One line of terminal output as a terminal would show it in the end, without colours. */
export function plainText(line: string): string {
  return lastProgress(line).replace(terminalSequences, '');
}
