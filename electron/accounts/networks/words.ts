import { masking } from '../../../shared/index.ts';

/** A server's own words, short, on one line, and never with a secret in them. */
export function saidBy(text: string, secrets: readonly string[]): string {
  return printable(masking(secrets).text(text)).slice(0, 200);
}

export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
