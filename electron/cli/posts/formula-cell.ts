/**
 * Beginnings that a spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also behind
 * an apostrophe, which is how this is written down and read back.
 */
const formula = /^'*[=+\-@\t\r＝＋－＠]/u;

/** A text as a cell that no spreadsheet takes for a formula. */
export function toCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text of such a cell; the exact opposite of `toCell`. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
