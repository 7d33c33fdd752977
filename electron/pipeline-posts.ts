import {
  BelfryError,
  type PostRequest,
  type Problem,
  postRequestSchema,
  problemsOf,
} from '../shared/index.ts';

export type LineOrigin = { runId: string; as: 'draft' | 'queued'; origin: string };

/** Takes one line that a step with `"output": "posts"` printed: stores its post, or answers what is wrong with it. */
export function takePostLines(
  add: (
    post: PostRequest,
    from: { source: 'pipeline'; runId: string; as: 'draft' | 'queued'; originKey: string },
  ) => Promise<unknown>,
): (line: string, origin: LineOrigin) => Promise<Problem[]> {
  return async (line, { runId, as, origin }) => {
    const read = readLine(line);
    if ('problems' in read) return read.problems;
    try {
      await add(read.post, { source: 'pipeline', runId, as, originKey: origin });
      return [];
    } catch (error) {
      if (!(error instanceof BelfryError)) throw error;
      return error.details ?? [{ field: error.field ?? '', message: error.message }];
    }
  };
}

function readLine(line: string): { post: PostRequest } | { problems: Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return {
      problems: [{ field: '', message: `is not JSON: ${error instanceof Error ? error.message : error}` }],
    };
  }
  const checked = postRequestSchema.safeParse(value);
  return checked.success ? { post: checked.data } : { problems: problemsOf(checked.error) };
}
