import { expect, test } from 'vitest';
import { parse, postInputSchema } from '../../shared/index.ts';
import { createStage } from '../support/publishing.ts';

const accounts = ['mastodon-4-5'];
const post = (key: string | undefined, text: string) =>
  parse(postInputSchema, { text, accounts, ...(key === undefined ? {} : { key }) }, 'a test');

test('a post with a key that came before is not added again, whichever run or person sends it', async () => {
  const stage = await createStage();
  const lines = (runId: string) =>
    ({ source: 'pipeline', runId, as: 'queued', originKey: `run ${runId}, line 1` }) as const;
  const first = await stage.publisher.add(post('feed-1', 'News'), lines('a'));
  const again = await Promise.all([
    stage.publisher.add(post('feed-1', 'News'), lines('b')),
    stage.publisher.add(post('feed-1', 'News'), { source: 'cli' }),
  ]);
  expect(again.map(({ id }) => id)).toEqual([first.id, first.id]);
  const other = await stage.publisher.add(post('feed-2', 'News'), lines('b'));
  expect(other.id).not.toBe(first.id);
});

test('a key cannot be mistaken for the place of a line, nor one without key for another', async () => {
  const stage = await createStage();
  const from = { source: 'pipeline', runId: 'a', as: 'queued', originKey: 'run a, line 1' } as const;
  const first = await stage.publisher.add(post(undefined, 'One'), from);
  const keyed = await stage.publisher.add(post('run a, line 1', 'Two'), from);
  const person = await stage.publisher.add(post(undefined, 'One'), { source: 'person' });
  expect(new Set([first.id, keyed.id, person.id]).size).toBe(3);
});
