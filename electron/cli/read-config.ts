import { readFile } from 'node:fs/promises';
import { BelfryError, type Config, configSchema, problemsError, utf8Text } from '../../shared/index.ts';
import { checkConfig } from '../check-config.ts';
import { readConfigText } from '../store/index.ts';

/**
 * A config.json as the engine would read it. Throws BAD_CONFIG with all of its problems, or when it cannot be read;
 * the home folder's own may be missing, which is an empty configuration, as it is to the engine.
 */
export async function readConfigFile(path: string, { mayBeMissing = true } = {}): Promise<Config> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (mayBeMissing && isMissing(error)) return undefined;
    throw unreadable(path, error);
  });
  if (bytes === undefined) return configSchema.parse({});
  return parseConfig(utf8Text(bytes, path, 'BAD_CONFIG'), path);
}

/** The text of a config.json as the engine would read it. Throws BAD_CONFIG with all of its problems and their lines. */
export function parseConfig(text: string, where: string): Config {
  const reading = readConfigText(text, checkConfig);
  if (reading.ok) return reading.config;
  throw problemsError(reading.problems, where, 'BAD_CONFIG');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function unreadable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: isMissing(cause) ? 'NOT_FOUND' : 'BAD_CONFIG',
    what: 'The configuration cannot be read',
    where: path,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the name of the file and its rights',
    cause,
  });
}
