import { BelfryError } from './error.ts';

/**
 * A home folder as people name it in `--home` or BELFRY_HOME (`where`): `~` is their own folder, also where no shell has
 * seen it (a service, `--home=~/b`). Throws BAD_INPUT for an empty name and for another user's folder (`~ann`).
 */
export function namedHome(
  name: string,
  where: '--home' | 'BELFRY_HOME',
  env: Readonly<Record<string, string | undefined>>,
): string {
  const wrong = (why: string, remedy: string) =>
    new BelfryError({
      code: 'BAD_INPUT',
      what: 'No home folder is named',
      where: `in ${where}`,
      why,
      remedy,
      field: where,
    });
  if (name.trim() === '') throw wrong('It is empty', `Give ${where} a folder, or leave it out`);
  const [, user, rest = ''] = /^~([^/\\]*)(.*)$/s.exec(name) ?? [];
  if (user === undefined) return name;
  if (user !== '')
    throw wrong(`Whose folder ~${user} is only a shell knows`, 'Write the whole path, or ./ before the name');
  const own = env['HOME'] || env['USERPROFILE'];
  if (!own) throw wrong('Neither HOME nor USERPROFILE says what ~ is', 'Write the whole path');
  return `${own}${rest}`;
}
