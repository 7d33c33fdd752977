import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { ListQuery, NewPost, PostRecord } from '../../electron/publisher/ports.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { first, outputIndex } from '../../electron/store/migrations.ts';
import { createPostLedger } from '../../electron/store/posts.ts';
import { type TargetStatus, targetStatuses } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';

async function open() {
  const { db, raw, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  onTestFinished(close);
  return { db, raw, ledger: createPostLedger(db, await raiseEpoch(db)) };
}

let count = 0;
function newPost(more: Partial<NewPost> = {}): NewPost {
  count += 1;
  return {
    id: `p${count}`,
    text: `Text ${count}`,
    note: '',
    visibility: null,
    contentWarning: null,
    language: null,
    sensitive: null,
    publishAt: 1000,
    thread: [],
    source: 'person',
    runId: null,
    originKey: null,
    poll: null,
    firstComment: null,
    tags: [],
    createdAt: 1,
    media: [],
    targets: [{ account: 'a', status: 'queued', override: {}, dueAt: 1000 }],
    ...more,
  };
}
const ids = (records: readonly PostRecord[]) => records.map(({ post }) => post.id);

test('a long list and its count are whole, and leave the event loop its turns', async () => {
  const { ledger, raw } = await open();
  const some = Array.from({ length: 2100 }, (_, i) =>
    newPost({ publishAt: 1000 + (i % 7), id: `long-${i}` }),
  );
  await ledger.addAll(some);
  raw.exec("UPDATE targets SET status = 'published'");
  let turns = 0;
  const look = () => {
    turns += 1;
    next = setImmediate(look);
  };
  let next = setImmediate(look);
  onTestFinished(() => clearImmediate(next));
  const { records, cursor } = await ledger.page({ order: 'soonest', limit: 2050 });
  expect(turns).toBeGreaterThan(10);
  expect(new Set(ids(records)).size).toBe(2050);
  const rest = await ledger.page({ order: 'soonest', limit: 100, cursor: cursor ?? '' });
  expect(new Set([...ids(records), ...ids(rest.records)]).size).toBe(2100);
  expect(await ledger.count({ status: ['published'] }, 10_000)).toBe(2100);
  expect(await ledger.count({ status: ['published'], account: 'a' }, 2050)).toBe(2050);
});

test('text, thread, comment and note are searched, whatever the case, and nothing is a wildcard', async () => {
  const { ledger } = await open();
  const posts = [
    newPost({ text: 'GRÜSSE aus Köln' }),
    newPost({ text: 'a', thread: ['über "uns"\nund 100%'] }),
    newPost({ text: 'a', firstComment: 'links below' }),
    newPost({ text: 'a', note: 'under_score' }),
  ];
  for (const post of posts) await ledger.add(post);
  const found = async (search: string) => ids(await ledger.list({ search, limit: 10 }));
  const [one, two, three, four] = posts.map(({ id }) => id);
  expect(await found('grüsse')).toEqual([one]);
  expect(await found('KÖLN')).toEqual([one]);
  expect(await found('Köln')).toEqual([one]);
  expect(await found('"uns"\nund')).toEqual([two]);
  expect(await found('100%')).toEqual([two]);
  expect(await found('LINKS')).toEqual([three]);
  expect(await found('under_score')).toEqual([four]);
  expect(await found('underXscore')).toEqual([]);
});

test('a tag is found whole', async () => {
  const { ledger } = await open();
  const news = newPost({ tags: ['news', 'a"b'] });
  const other = newPost({ tags: ['newspaper', 'say "news" twice'] });
  await ledger.add(news);
  await ledger.add(other);
  expect(ids(await ledger.list({ tag: 'news', limit: 10 }))).toEqual([news.id]);
  expect(ids(await ledger.list({ tag: 'a"b', limit: 10 }))).toEqual([news.id]);
  expect((await ledger.select({ tag: 'news' }, 10)).map(({ post }) => post.id)).toEqual([news.id]);
});

test('an unknown post to go on from is an error', async () => {
  const { ledger } = await open();
  await expect(ledger.list({ after: 'x', limit: 1 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    field: 'after',
  });
});

test('a cursor goes on where the page ended, though its last post was removed and others came', async () => {
  const { db, ledger } = await open();
  const posts = [1, 2, 3, 4].map((publishAt) => newPost({ publishAt, createdAt: publishAt }));
  for (const post of posts) await ledger.add(post);
  const first = await ledger.page({ limit: 2 });
  expect(ids(first.records)).toEqual([posts[3]?.id, posts[2]?.id]);
  await db
    .deleteFrom('posts')
    .where('id', '=', posts[2]?.id ?? '')
    .execute();
  await ledger.add(newPost({ publishAt: 5 }));
  const second = await ledger.page({ limit: 2, cursor: first.cursor ?? '' });
  expect(ids(second.records)).toEqual([posts[1]?.id, posts[0]?.id]);
  expect(second.cursor).toBeNull();
  await expect(ledger.page({ limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
});

const accounts = ['a', 'b', 'c'];
const target = fc.record({
  status: fc.constantFrom(...targetStatuses),
  dueAt: fc.integer({ min: 1, max: 6 }),
});
const post = fc.record({
  publishAt: fc.option(fc.integer({ min: 1, max: 6 })),
  tags: fc.subarray(['x', 'y']),
  targets: fc.dictionary(fc.constantFrom(...accounts), target, { minKeys: 1 }),
});
const query = fc.record(
  {
    status: fc.subarray([...targetStatuses], { minLength: 1 }),
    account: fc.constantFrom(...accounts),
    tag: fc.constantFrom('x', 'y'),
    from: fc.integer({ min: 0, max: 7 }),
    to: fc.integer({ min: 0, max: 7 }),
    order: fc.constantFrom('latest' as const, 'soonest' as const),
  },
  { requiredKeys: [] },
);

test('every list is what a plain filter and sort of all posts gives, page by page', async () => {
  const { db, ledger } = await open();
  await fc.assert(
    fc.asyncProperty(
      fc.array(post, { minLength: 1, maxLength: 12 }),
      fc.array(query, { minLength: 4, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      async (posts, queries, size) => {
        await db.deleteFrom('posts').execute();
        for (const { publishAt, tags, targets } of posts) {
          const list = Object.entries(targets).map(([account, { status, dueAt }]) => ({
            account,
            status,
            override: {},
            dueAt: status === 'draft' ? null : dueAt,
          }));
          await ledger.add(newPost({ publishAt, tags, targets: list }));
        }
        const all = await ledger.list({ limit: 100 });
        for (const wanted of queries) {
          const expected = plainly(all, wanted);
          const pages: string[] = [];
          for (;;) {
            const after = pages.at(-1);
            const page = await ledger.list({ ...wanted, limit: size, ...(after ? { after } : {}) });
            pages.push(...ids(page));
            if (page.length < size) break;
          }
          expect({ wanted, found: pages }).toEqual({ wanted, found: expected });
          const byCursor: string[] = [];
          for (let cursor: string | null | undefined; cursor !== null; ) {
            const page = await ledger.page({ ...wanted, cursor, limit: size });
            byCursor.push(...ids(page.records));
            cursor = page.cursor;
          }
          expect({ wanted, found: byCursor }).toEqual({ wanted, found: expected });
          expect({ wanted, count: await ledger.count(wanted, 100) }).toEqual({
            wanted,
            count: expected.length,
          });
          expect(await ledger.count(wanted, 2)).toBe(Math.min(2, expected.length));
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** The same by the words of the contract, without any index. */
function plainly(all: readonly PostRecord[], wanted: Omit<ListQuery, 'limit'>): string[] {
  const { status, account, tag, from, to, order } = wanted;
  const isPending = status?.every((one) => one === 'queued' || one === 'sending') ?? false;
  const fits = (one: { status: TargetStatus; account: string }) =>
    (status?.includes(one.status) ?? true) && (account === undefined || one.account === account);
  const rows = all
    .filter(({ post: { tags }, targets }) => (tag === undefined || tags.includes(tag)) && targets.some(fits))
    .map(({ post: { id, seq, publishAt }, targets }) => {
      const due = targets.filter(fits).flatMap(({ dueAt }) => dueAt ?? []);
      return { id, seq, at: isPending ? Math.min(...due) : publishAt };
    })
    .filter(
      ({ at }) =>
        (from === undefined || (at !== null && at >= from)) && (to === undefined || (at !== null && at < to)),
    );
  // A draft without a time comes before everything when the latest is first.
  const key = ({ at }: { at: number | null }) => at ?? Number.POSITIVE_INFINITY;
  const compare = (x: (typeof rows)[number], y: (typeof rows)[number]) =>
    (key(x) === key(y) ? 0 : key(x) - key(y)) || x.seq - y.seq;
  const sorted = rows.sort(compare).map(({ id }) => id);
  return order === 'soonest' ? sorted : sorted.reverse();
}

test('posts of the version before keep their place, with nothing of what is new', async () => {
  const path = join(temporaryHome(), 'belfry.db');
  const old = new DatabaseSync(path);
  old.exec(`${first}; ${outputIndex}; PRAGMA user_version = 2;
    INSERT INTO posts (id, text, note, publish_at, thread, source, origin_key, created_at, updated_at)
      VALUES ('old', 'T', '', 5, '["two"]', 'person', 'key:mine', 1, 1);
    INSERT INTO targets (post_id, account_id, position, status, override, due_at, post_seq, updated_at)
      VALUES ('old', 'a', 0, 'queued', '{"text":"other"}', 5, 1, 1);`);
  old.close();
  const { db, close } = openDatabase(path);
  onTestFinished(close);
  const ledger = createPostLedger(db, await raiseEpoch(db));
  expect(await ledger.list({ status: ['queued'], limit: 5 })).toMatchObject([
    {
      post: { id: 'old', thread: ['two'], poll: null, firstComment: null, tags: [], originKey: 'key:mine' },
      targets: [{ override: { text: 'other' }, revision: 0, sent: null }],
    },
  ]);
});
