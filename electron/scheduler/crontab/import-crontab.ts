import { type Job, type JobInput, jobSchema, problemsOf } from '../../../shared/index.ts';
import { describeJob } from '../words/describe.ts';
import { type CrontabLine, readLines, readSchedule } from './read-crontab.ts';

export type CrontabOptions = {
  /** Ids that are taken already. */
  taken?: readonly string[];
  /** Zone of jobs without one. */
  timezone: string;
  /** Zone of this machine, in which cron reads the times; default: `timezone`. */
  machine?: string;
  /** The user's home folder, in which cron runs commands; null = leave it open. */
  home?: string | null;
  /** The text is a system crontab (/etc/crontab, /etc/cron.d): a user stands before the command. */
  withUser?: boolean;
};

/** A remark or a problem, with the line it is about (from 1), or null for the whole. */
export type LineRemark = { line: number | null; message: string };

export type CrontabImport = {
  jobs: { line: number; job: JobInput; schedule: string }[];
  /** What is different now, or was left out, without harm. */
  remarks: LineRemark[];
  /** Entries that could not be taken over. */
  problems: LineRemark[];
};

type Entry = Extract<CrontabLine, { kind: 'entry' }>;

/**
 * Turns a crontab into jobs that mean the same, for the user to check before anything is stored. Comments right above
 * an entry become its name and description; settings hold for the entries below them, as in crontab(5).
 */
export function importCrontab(text: string, options: CrontabOptions): CrontabImport {
  const result: CrontabImport = { jobs: [], remarks: [], problems: [] };
  const settings = new Map<string, string>();
  const taken = new Set(options.taken);
  let comments: string[] = [];
  for (const line of readLines(text, options.withUser ?? false)) {
    if (line.kind === 'comment') {
      if (isEntry(line.text)) {
        result.remarks.push({ line: line.line, message: 'A commented-out entry was left out.' });
        comments = [];
      } else if (isHeading(line.text)) comments = [];
      else if (line.text.trim() !== '') comments.push(line.text.trim());
      continue;
    }
    if (line.kind === 'setting') setSetting(settings, line, result);
    if (line.kind === 'unreadable') result.problems.push({ line: line.line, message: line.message });
    if (line.kind === 'entry') addEntry(line, comments, settings, taken, options, result);
    comments = [];
  }
  if (result.jobs.length > 0) result.remarks.push(...differences);
  const { machine = options.timezone } = options;
  if (machine !== options.timezone && result.jobs.some(({ job }) => job.timezone === machine)) {
    const message = `Times are those of this machine (${machine}), as cron reads them; other jobs go by ${options.timezone}.`;
    result.remarks.push({ line: null, message });
  }
  return result;
}

/** What Belfry does differently from cron, for every imported job. */
const differences: LineRemark[] = [
  'Slots that fall into sleep or downtime are caught up once; cron drops them (set misfireGraceSeconds to do the same).',
  'A run that is still at work when the next slot comes makes that one skip; cron starts both (set maxInstances).',
].map((message) => ({ line: null, message }));

function setSetting(
  settings: Map<string, string>,
  { line, name, value }: Extract<CrontabLine, { kind: 'setting' }>,
  { remarks }: CrontabImport,
): void {
  settings.set(name, value);
  if (name === 'MAILTO' || name === 'MAILFROM')
    remarks.push({ line, message: `${name} was left out: Belfry keeps output and shows failures itself.` });
  if (name === 'RANDOM_DELAY')
    remarks.push({ line, message: 'RANDOM_DELAY was left out; see jitterSeconds of a job.' });
  if (ofTheirs.has(name))
    remarks.push({ line, message: `${name} was left out: Belfry has no such setting.` });
  if (name === 'TZ' && value !== '')
    remarks.push({
      line,
      message: 'TZ is taken as the zone of the schedules below too, and is given to their commands.',
    });
}

function addEntry(
  entry: Entry,
  comments: readonly string[],
  settings: ReadonlyMap<string, string>,
  taken: Set<string>,
  options: CrontabOptions,
  result: CrontabImport,
): void {
  const { line } = entry;
  const schedule = readSchedule(entry.schedule, entry.command);
  // An empty zone is none: cron goes by the machine's then.
  const given = (entry.zone ?? settings.get('CRON_TZ') ?? settings.get('TZ')) || null;
  const { machine = options.timezone } = options;
  const timezone = given ?? (machine === options.timezone ? null : machine);
  const { step, remarks } = readCommand(entry.command, {
    shell: settings.get('SHELL') ?? null,
    cwd: settings.get('HOME') ?? options.home ?? null,
    env: Object.fromEntries([...settings].filter(([name]) => !notForCommands.has(name))),
  });
  const name = comments[0]?.slice(0, 200) ?? entry.command.slice(0, 200);
  const input: JobInput = {
    id: jobId(comments[0] ?? entry.command, taken),
    name,
    description: comments.slice(1).join('\n').slice(0, 2000),
    triggers: schedule.triggers,
    ...(timezone === null ? {} : { timezone }),
    timeoutSeconds: null, // cron lets a command work as long as it wants.
    steps: [step],
  };
  const parsed = jobSchema.safeParse(input);
  const problems = [
    ...schedule.problems,
    ...(parsed.success ? [] : problemsOf(parsed.error).map(({ field, message }) => `${field} ${message}`)),
  ];
  if (!parsed.success || problems.length > 0) {
    result.problems.push(...problems.map((message) => ({ line, message })));
    return;
  }
  taken.add(input.id);
  result.jobs.push({ line, job: input, schedule: wordsFor(parsed.data, options) });
  const user =
    entry.user === null
      ? []
      : [`The user "${entry.user}" was left out: commands run as the one who runs Belfry.`];
  for (const message of [...schedule.remarks, ...remarks, ...user]) result.remarks.push({ line, message });
}

/** What other crons than Vixie's do with a crontab (cronie, systemd-cron). */
const ofTheirs = new Set([
  ...['PERSISTENT', 'DELAY', 'BATCH', 'START_HOURS_RANGE', 'DAYS_OF_WEEK'],
  ...['CONTENT_TYPE', 'CRON_MAIL_SUCCESS', 'CRON_MAIL_FORMAT'],
]);
const notForCommands = new Set([
  ...['CRON_TZ', 'MAILTO', 'MAILFROM', 'SHELL', 'HOME', 'RANDOM_DELAY'],
  ...ofTheirs,
]);

function wordsFor(job: Job, { timezone }: CrontabOptions): string {
  return describeJob(job, { timezone: job.timezone ?? timezone, anchor: 0 });
}

/** The names of the fields, as many systems write them above the first entry. */
function isHeading(text: string): boolean {
  return /^\s*(?:m|min|minute)\s+(?:h|hr|hour)\s+(?:dom|day)/i.test(text);
}

/** Whether a comment is an entry that was commented out. */
function isEntry(text: string): boolean {
  return /^\s*(?:(?:[\d*][\d*,/-]*\s+){2}[\d*?LW#,/a-z-]+\s+[\d*,/a-z-]+\s+[\d*?L#,/a-z-]+|@[a-z]+)\s+\S/i.test(
    text,
  );
}

/** A free job id made from some words: "Back up the news!" becomes `back_up_the_news`, a second one `back_up_the_news_2`. */
function jobId(words: string, taken: ReadonlySet<string>): string {
  const slug = words
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 48)
    .replace(/_+$/, '');
  const base = slug === '' ? 'job' : slug;
  let id = base;
  for (let number = 2; taken.has(id); number += 1) id = `${base}_${number}`;
  return id;
}

type Step = JobInput['steps'][number];

/** What a command runs in: the settings above its entry. */
type CommandContext = {
  /** SHELL, when the crontab sets it. */
  shell: string | null;
  cwd: string | null;
  env: Record<string, string>;
};

/** Turns the command of a crontab entry into a step: an argv where it needs no shell, a shell line otherwise. */
function readCommand(command: string, context: CommandContext): { step: Step; remarks: string[] } {
  const { line, input } = splitInput(command);
  const remarks =
    input === null ? [] : ['What follows the first % is given to the command as input, as cron does.'];
  const fed = input === null ? line : `printf '%s\\n' ${quoted(input)} | { ${line}\n}`;
  const words = input === null ? plainWords(line) : null;
  const base = {
    type: 'command' as const,
    name: 'Command',
    ...(context.cwd === null ? {} : { cwd: context.cwd }),
    ...(Object.keys(context.env).length === 0 ? {} : { env: context.env }),
  };
  if (words) return { step: { ...base, command: words }, remarks };
  if (context.shell !== null && context.shell !== '/bin/sh') {
    return { step: { ...base, command: [context.shell, '-c', fed] }, remarks };
  }
  return { step: { ...base, command: [fed], shell: true }, remarks };
}

/** In a crontab the first unescaped % ends the command, the rest is its input with further % as line ends; `\%` is a %. */
function splitInput(command: string): { line: string; input: string | null } {
  const parts = command.split(/(?<!\\)%/).map((part) => part.replaceAll('\\%', '%'));
  const [line = '', ...rest] = parts;
  return { line: line.trim(), input: rest.length === 0 ? null : rest.join('\n') };
}

/** The words of a command that means the same with and without a shell, or null. */
function plainWords(line: string): string[] | null {
  // A first word with = would set a variable.
  return /^[\w./:@+,-]+(?:\s+[\w./:@+,=-]+)*$/.test(line) ? line.split(/\s+/) : null;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
