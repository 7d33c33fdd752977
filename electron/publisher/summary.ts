import type { PassResult } from './pass.ts';

/** A pass in one line; quiet when it did nothing. */
export function summary(result: PassResult): { ok: boolean; summary: string; quiet: boolean } {
  const { published, failed, waiting, looked, busy } = result;
  const parts = [
    published > 0 ? `${posts(published)} published` : '',
    failed > 0 ? `${posts(failed)} ${failed === 1 ? 'needs' : 'need'} you` : '',
    looked > 0 ? `${posts(looked)} looked up` : '',
    waiting > 0 && published + failed + looked > 0 ? `${posts(waiting)} waiting` : '',
    busy > 0 ? `${busy === 1 ? '1 account' : `${busy} accounts`} still at work` : '',
  ].filter((part) => part !== '');
  const quiet = parts.length === 0;
  return { ok: true, summary: quiet ? 'Nothing to publish' : parts.join(', '), quiet };
}

function posts(count: number): string {
  return count === 1 ? '1 post' : `${count} posts`;
}
