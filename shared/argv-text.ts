/** An argument list as a POSIX shell would take it; a word with control characters in the form `$'a\nb'`, which shows them. */
export function argvText(argv: readonly string[]): string {
  return argv.map(wordText).join(' ');
}

function wordText(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(/\p{Cc}/gu, codeOf);
  return `$'${escaped}'`;
}

function codeOf(control: string): string {
  const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[control];
  return named ?? `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
