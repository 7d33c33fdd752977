import type { Environment } from './commands/environment.ts';
import { createMask, type Mask } from './output/mask.ts';

/** Variables whose value is a secret by their name. */
const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY|CREDENTIAL/i;
/** Shorter values are switches and names rather than secrets. */
const shortest = 8;

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Values of an environment that must not be stored: those of variables named like a secret. */
export function secretsIn(environment: Readonly<Environment>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    isSecretName(name) && value.length >= shortest ? [value] : [],
  );
}

/** What of a webhook's address may be a secret, as Slack's and Discord's are: all behind its host, whole and in parts. */
export function secretsOfUrl(url: string): string[] {
  const { username, password, pathname, search, hash, searchParams } = new URL(url);
  const behindHost = url.replace(/^[^:]+:\/\/[^/?#]*/, '');
  const parts = [
    behindHost,
    `${pathname}${search}${hash}`,
    `${pathname}${search}`,
    pathname,
    ...pathname.split('/'),
    ...pathname.split('/').map(decoded),
    ...searchParams.values(),
    decoded(username),
    decoded(password),
  ];
  return [...new Set(parts)].filter((part) => part.length >= shortest);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A lone % is no escape, and stands for itself.
  }
}

/** Values of a webhook's headers that must not be stored; of `Bearer …` and its like the part behind the scheme too. */
export function secretsOfHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    isSecretName(name) || /^(proxy-)?authorization$|cookie|signature/i.test(name)
      ? [value, value.replace(/^\S+\s+/, '')].filter((part) => part.length >= shortest)
      : [],
  );
}

export type Masks = (secrets: readonly string[]) => Mask;

/** Makes masks, keeping the last one: most runs have the same secrets as the run before. */
export function createMasks(): Masks {
  let last: { key: string; mask: Mask } | undefined;
  return (secrets) => {
    const key = secrets.join('\0');
    if (last?.key !== key) last = { key, mask: createMask(secrets) };
    return last.mask;
  };
}
