import { readFile } from 'node:fs/promises';
import {
  BelfryError,
  type Config,
  configSchema,
  type Job,
  problemsError,
  unknownId,
  utf8Text,
} from '../../shared/index.ts';
import { checkConfig } from '../modules.ts';
import { readConfigText } from '../store/index.ts';
import { builtinJobs } from '../templates/index.ts';

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

/** All jobs of a configuration, the built-in ones first. */
export function configuredJobs({ jobs }: Config): Job[] {
  return [...builtinJobs, ...jobs];
}

/** The job with this id in config.json at `path`. Throws NOT_FOUND, with the id that may have been meant. */
export function configuredJob(config: Config, id: string, path: string, remedy: string): Job {
  const jobs = configuredJobs(config);
  const job = jobs.find((candidate) => candidate.id === id);
  if (job) return job;
  throw unknownId('job', id, { known: jobs.map((one) => one.id), where: `in ${path}`, remedy });
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
