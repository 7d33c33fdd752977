import { createHash } from 'node:crypto';
import type { Problem } from '../../../shared/index.ts';
import type { PostContext } from '../ports.ts';

export type PostLinesNeeds = {
  addPost(line: string, context: PostContext): Promise<Problem[]>;
  context: Omit<PostContext, 'origin'>;
  /** Beginning of every origin: the same for all tries of the step. */
  origin: string;
  /** Tells that a line was refused, at once. */
  refused(text: string): void;
};

/** Takes the standard output of a step with `"output": "posts"`: each line a post. */
export type PostLines = {
  write(text: string): void;
  /** What must be waited for before reading on. */
  pressure(): Promise<void> | undefined;
  /** Resolves when all lines were taken, with what was wrong: all lines together. */
  end(): Promise<string[]>;
};

const longestLine = 1024 * 1024;
const mostWaiting = 100;

/** Hands the lines on one after another, in order; a bad line does not keep the later ones back. */
export function createPostLines(needs: PostLinesNeeds): PostLines {
  const seen = new Map<string, number>();
  const problems: string[] = [];
  let rest = '';
  let number = 0;
  let waiting = 0;
  let work: Promise<void> = Promise.resolve();

  async function take(line: string, at: number): Promise<void> {
    const found =
      line.length > longestLine
        ? [{ field: '', message: `must have at most ${longestLine} characters` }]
        : await needs.addPost(line, { ...needs.context, origin: originOf(line) });
    if (found.length === 0) return;
    const text = `Line ${at} is no post: ${found.map(({ field, message }) => `${field} ${message}`.trim()).join('; ')}`;
    problems.push(text);
    needs.refused(text);
  }

  /** By content and not by place: a retry may print fewer lines, and must not add those again that it repeats. */
  function originOf(line: string): string {
    const hash = createHash('sha256').update(line).digest('hex').slice(0, 32);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${needs.origin}/${hash}/${count}`;
  }

  function add(line: string): void {
    number += 1;
    const trimmed = line.trim();
    if (trimmed === '') return;
    const at = number;
    waiting += 1;
    work = work
      .then(() => take(trimmed, at))
      .catch((error) => {
        const text = `Line ${at} could not be stored: ${error instanceof Error ? error.message : String(error)}`;
        problems.push(text);
        needs.refused(text);
      })
      .finally(() => {
        waiting -= 1;
      });
  }

  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) rest = rest.slice(0, longestLine + 1);
      for (const line of lines) add(line);
    },
    pressure: () => (waiting > mostWaiting ? work : undefined),
    async end() {
      if (rest !== '') add(rest);
      rest = '';
      await work;
      return problems;
    },
  };
}
