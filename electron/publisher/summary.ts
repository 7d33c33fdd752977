import type { Overdue } from '../../shared/index.ts';
import type { PassResult } from './pass.ts';

/** A pass in one line, with what is due and still waits; quiet when it did nothing. */
export function summary(
  result: PassResult,
  overdue: readonly Overdue[],
): { ok: boolean; summary: string; quiet: boolean } {
  const { published, failed, looked, busy } = result;
  const waiting = overdue.reduce((sum, group) => sum + group.posts, 0);
  const parts = [
    published > 0 ? `${posts(published)} published` : '',
    failed > 0 ? `${posts(failed)} ${failed === 1 ? 'needs' : 'need'} you` : '',
    looked > 0 ? `${posts(looked)} looked up` : '',
    busy > 0 ? `${busy === 1 ? '1 account' : `${busy} accounts`} still at work` : '',
  ].filter((part) => part !== '');
  const quiet = parts.length === 0;
  const rest = waiting > 0 ? [`${posts(waiting)} waiting`] : [];
  const line = [...parts, ...rest].join(', ');
  return { ok: true, summary: line === '' ? 'Nothing to publish' : line, quiet };
}

function posts(count: number): string {
  return count === 1 ? '1 post' : `${count} posts`;
}
