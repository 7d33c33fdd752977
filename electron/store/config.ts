import type { z } from 'zod';
import {
  builtinStepSchema,
  type Config,
  type ConfigInput,
  check,
  configFormat,
  configSchema,
  jobSchema,
  nearest,
  type Problem,
  stepSchema,
  triggerSchema,
  workspaceSchema,
} from '../../shared/index.ts';
import { parseJsonText } from './config-text.ts';

/** What only the modules know (does node-cron take this expression?): problems of an otherwise good configuration. */
export type ConfigCheck = (config: Config) => Problem[];
/** A configuration that was understood, as written and with its defaults; or everything that is wrong with it. */
export type ConfigReading =
  | { ok: true; raw: ConfigInput; config: Config }
  | { ok: false; problems: Problem[] };

const builtinJobs: readonly string[] = builtinStepSchema.shape.action.options;

/** Checks the text of a config.json; the problems say their line. Pure, never throws. */
export function readConfigText(text: string, meaning: ConfigCheck): ConfigReading {
  const json = parseJsonText(text);
  if (!json.ok) return json;
  const reading = readConfig(json.value, meaning);
  if (reading.ok) return reading;
  const located = reading.problems.map(({ field, message }) => ({
    field,
    message: `${message} (line ${json.lineOf(field)})`,
  }));
  return { ok: false, problems: located };
}

/** Checks a configuration as it stands on disk: shape, ids given twice, names that lead nowhere, and its meaning. */
export function readConfig(raw: unknown, meaning: ConfigCheck): ConfigReading {
  const newer = newerFormat(raw);
  if (newer) return { ok: false, problems: [newer] };
  const shape = check(configSchema, raw);
  const problems = [
    ...(shape.ok
      ? [...oddNames(raw), ...meaning(shape.value)]
      : [...shape.problems, ...meaningOfGoodJobs(raw, meaning)]),
    ...doubledIds(raw),
    ...brokenNames(raw),
  ];
  if (shape.ok && problems.length === 0) return { ok: true, raw: raw as ConfigInput, config: shape.value };
  return { ok: false, problems: unique(problems) };
}

/** A file of a later form is not full of mistakes: this program is too old for it. */
function newerFormat(raw: unknown): Problem | undefined {
  const format = valueIn(raw, 'version');
  if (typeof format !== 'number' || format <= configFormat) return undefined;
  const message = `is ${format}: a newer Belfry wrote this file, and this one reads version ${configFormat}; update Belfry`;
  return { field: 'version', message };
}

/**
 * One misspelt key must not hide that a cron expression is impossible: of jobs whose shape is wrong, the triggers and steps
 * that can be understood are checked all the same, without the keys that are wrong.
 */
function meaningOfGoodJobs(raw: unknown, meaning: ConfigCheck): Problem[] {
  const workspaces = listIn(raw, 'workspaces').flatMap(
    (entry) => workspaceSchema.safeParse(entry).data ?? [],
  );
  return listIn(raw, 'jobs').flatMap((entry, index) => {
    const { job, triggers, steps } = understood(entry);
    const parsed = configSchema.safeParse({ jobs: [job], workspaces });
    if (!parsed.success) return [];
    return meaning(parsed.data).flatMap(({ field, message }) => {
      const [, list, at, rest = ''] = /^jobs\[0\]\.(triggers|steps)\[(\d+)\](.*)$/.exec(field) ?? [];
      if (list === undefined) return [{ field: field.replace(/^jobs\[0\]/, `jobs[${index}]`), message }];
      const place = (list === 'triggers' ? triggers : steps)[Number(at)];
      // The step that stands in for those that were not understood is none of the file's.
      return place === undefined ? [] : [{ field: `jobs[${index}].${list}[${place}]${rest}`, message }];
    });
  });
}

/** What can be understood of a job, and at which places of the file its triggers and steps stand. */
function understood(entry: unknown): { job: unknown; triggers: number[]; steps: number[] } {
  const triggers = listIn(entry, 'triggers').map((trigger) => withoutMistakes(triggerSchema, trigger));
  const steps = listIn(entry, 'steps').map((step) => withoutMistakes(stepSchema, step));
  const rest =
    typeof entry === 'object' && entry !== null ? { ...entry, triggers: [], steps: [standIn] } : {};
  const named = { id: 'unnamed', name: 'Unnamed', steps: [standIn] };
  const job = withoutMistakes(jobSchema, { ...named, ...rest }) ?? named;
  const goodSteps = steps.filter((step) => step !== undefined);
  return {
    job: {
      ...job,
      triggers: triggers.filter((trigger) => trigger !== undefined),
      steps: goodSteps.length > 0 ? goodSteps : [standIn],
    },
    triggers: placesOf(triggers),
    steps: placesOf(steps),
  };
}

/** A job must have a step. */
const standIn = { type: 'command', name: 'Unnamed', command: ['unnamed'], enabled: false };

function placesOf(list: readonly unknown[]): number[] {
  return list.flatMap((one, place) => (one === undefined ? [] : [place]));
}

/** `value` parsed without the keys that are wrong; undefined when it cannot do without them. */
function withoutMistakes<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  const copy: unknown = structuredClone(value);
  const first = schema.safeParse(copy);
  if (first.success) return first.data;
  for (const issue of first.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.at(-1)];
    const path = issue.code === 'unrecognized_keys' ? issue.path : issue.path.slice(0, -1);
    const holder = path.reduce<unknown>((inner, key) => valueIn(inner, String(key)), copy);
    for (const key of keys)
      if (typeof holder === 'object' && holder !== null && key !== undefined)
        Reflect.deleteProperty(holder, key);
  }
  return schema.safeParse(copy).data;
}

/** The one name that objects of JavaScript cannot hold like others; an environment variable could be called so. */
function oddNames(value: unknown, field = ''): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = Array.isArray(value) ? `${field}[${key}]` : field ? `${field}.${key}` : key;
    return key === '__proto__'
      ? [{ field: here, message: 'is not allowed as a name' }]
      : oddNames(inner, here);
  });
}

function doubledIds(raw: unknown): Problem[] {
  return ['workspaces', 'jobs', 'accounts'].flatMap((name) => {
    const ids = idsIn(raw, name);
    return ids.flatMap((id, index) => {
      const first = ids.indexOf(id);
      if (id === undefined || first === index) return [];
      return [{ field: `${name}[${index}].id`, message: `"${id}" is taken by ${name}[${first}]` }];
    });
  });
}

/** Names of workspaces and jobs that are used but do not exist, or may not be used. */
function brokenNames(raw: unknown): Problem[] {
  const workspaces = idsIn(raw, 'workspaces').filter((id) => id !== undefined);
  const jobs = [...idsIn(raw, 'jobs').filter((id) => id !== undefined), ...builtinJobs];
  const inJobs = listIn(raw, 'jobs').flatMap((job, j) => [
    ...(builtinJobs.includes(String(valueIn(job, 'id')))
      ? [{ field: `jobs[${j}].id`, message: `"${valueIn(job, 'id')}" is a job that Belfry brings along` }]
      : []),
    ...listIn(job, 'steps').flatMap((step, s) =>
      broken(valueIn(step, 'workspace'), workspaces, 'workspace', `jobs[${j}].steps[${s}].workspace`),
    ),
    ...listIn(job, 'triggers').flatMap((trigger, t) =>
      broken(valueIn(trigger, 'job'), jobs, 'job', `jobs[${j}].triggers[${t}].job`),
    ),
  ]);
  const switchedOff = listIn(valueIn(raw, 'settings'), 'disabledBuiltins').flatMap((id, i) =>
    broken(id, builtinJobs, 'built-in job', `settings.disabledBuiltins[${i}]`),
  );
  return [...inJobs, ...switchedOff];
}

function broken(name: unknown, known: readonly string[], what: string, field: string): Problem[] {
  if (typeof name !== 'string' || known.includes(name)) return [];
  const guess = nearest(name, known);
  return [{ field, message: `there is no ${what} "${name}"${guess ? `; did you mean "${guess}"?` : ''}` }];
}

function idsIn(raw: unknown, name: string): (string | undefined)[] {
  return listIn(raw, name).map((entry) => {
    const id = valueIn(entry, 'id');
    return typeof id === 'string' ? id : undefined;
  });
}

function listIn(value: unknown, key: string): unknown[] {
  const list = valueIn(value, key);
  return Array.isArray(list) ? list : [];
}

function valueIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

function unique(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ field, message }) => {
    const key = `${field}\0${message}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
}
