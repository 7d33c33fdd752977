/** A server's own words, short, on one line, and never with a secret in them. */
export function saidBy(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter((secret) => secret !== '')
    .reduce((said, secret) => said.replaceAll(secret, '…'), text);
  return printable(clean).slice(0, 200);
}

export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
