import type { Environment } from './commands/environment.ts';
import { createMask, type Mask } from './output/mask.ts';

/** Variables whose value is a secret by their name. */
const secretName = /TOKEN|SECRET|PASSW|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL/i;
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
