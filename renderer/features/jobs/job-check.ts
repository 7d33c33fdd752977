import {
  check,
  type Job,
  type JobInput,
  jobSchema,
  type Problem,
  withoutDefaults,
} from '../../../shared/index.ts';
import { jsonText } from '../../ui/json-text.ts';

/** What the editor knows of its text: a job, or what keeps it from being one. */
export type JobCheck = { job: Job; problems: [] } | { job: undefined; problems: Problem[] };

/** Checks the text of a job: first as JSON, then against the schema, all problems together. */
export function checkJob(text: string): JobCheck {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return { job: undefined, problems: [jsonProblem(error, text)] };
  }
  const result = check(jobSchema, input);
  return result.ok ? { job: result.value, problems: [] } : { job: undefined, problems: result.problems };
}

/** A job as the user would have written it, defaults left out. */
export function jobText(job: Job): string {
  return jsonText(withoutDefaults(jobSchema, job));
}

/** What a new job starts from: a complete example that does no harm. */
export const starterJob: JobInput = {
  id: 'my_job',
  name: 'My job',
  triggers: [{ type: 'cron', expression: '0 9 * * mon-fri' }],
  steps: [{ type: 'command', name: 'Say hello', command: ['echo', 'Hello from Belfry'] }],
};

/** The engine's words about broken JSON, with line and column where it gives a position. */
function jsonProblem(error: unknown, text: string): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return { field: '', message: `is not valid JSON: ${message}` };
  const before = text.slice(0, Number(position)).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return { field: place, message: `is not valid JSON: ${message.replace(/ \(line.*\)$/, '')}` };
}
