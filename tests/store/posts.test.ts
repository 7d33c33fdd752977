import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Attempt, Change, NewPost } from '../../electron/publisher/ports.ts';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import { createPostLedger } from '../../electron/store/posts.ts';
import { targetStatuses, targetTransitions } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';

async function open() {
  const { db, raw, close } = openDatabase(join(temporaryHome(), 'belfry.db'));
  onTestFinished(close);
  const ledger = createPostLedger(db, await raiseEpoch(db));
  return { db, raw, ledger };
}

let count = 0;
function newPost(more: Partial<NewPost> = {}): NewPost {
  count += 1;
  return {
    id: `post-${count}`,
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
    createdAt: 1,
    media: [],
    originKey: null,
    poll: null,
    firstComment: null,
    tags: [],
    targets: [{ account: 'a', status: 'queued', override: {}, dueAt: 1000 }],
    ...more,
  };
}

const to = (account: string, dueAt: number | null, status: 'queued' | 'draft' = 'queued') => ({
  account,
  status,
  override: {},
  dueAt,
});
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  part: 0,
  state: 'prepared',
  key: 'k',
  bodyHash: 'h',
  uploads: [],
  newestSeen: null,
  firstSentAt: null,
  lastSentAt: null,
  lookups: 0,
  remoteId: null,
  url: null,
  comparison: null,
  ...more,
});
const change = (post: string, more: Partial<Change> = {}): Change => ({
  post,
  account: 'a',
  from: 'queued',
  note: null,
  ...more,
});

test('a post comes back as it was stored', async () => {
  const { ledger } = await open();
  const media = {
    id: 'm1',
    part: 1,
    position: 0,
    file: 'm1',
    name: 'a.png',
    mime: 'image/png',
    bytes: 12,
    width: 3,
    height: 4,
    sha256: 'x',
    alt: 'Alt',
    focus: [0.5, -1] as const,
    details: null,
    publicUrl: 'https://cdn.example/a.png',
  };
  const post = newPost({
    text: 'Grüße 👋\n"\'; DROP TABLE posts',
    thread: ['two', 'three'],
    sensitive: false,
    visibility: 'unlisted',
    media: [media],
    targets: [
      { account: 'b', status: 'draft', override: { text: 'other', sensitive: true }, dueAt: null },
      { account: 'a', status: 'queued', override: {}, dueAt: 5 },
    ],
  });
  const { targets: _, ...plain } = post;
  const stored = await ledger.add(post);
  expect(stored).toEqual(await ledger.get(post.id));
  expect(stored.post).toEqual({ ...plain, seq: 1 });
  expect(stored.targets.map(({ account, override }) => [account, override])).toEqual([
    ['b', { text: 'other', sensitive: true }],
    ['a', {}],
  ]);
});

test('the list has drafts first, then the latest publication', async () => {
  const { ledger } = await open();
  const early = await ledger.add(newPost({ publishAt: 1 }));
  const draft = await ledger.add(newPost({ publishAt: null, targets: [to('a', null, 'draft')] }));
  const late = await ledger.add(newPost({ publishAt: 9 }));
  const ids = (list: { post: { id: string } }[]) => list.map(({ post }) => post.id);
  expect(ids(await ledger.list({ limit: 10 }))).toEqual([draft, late, early].map(({ post }) => post.id));
  expect(ids(await ledger.list({ limit: 1 }))).toEqual([draft.post.id]);
  expect(ids(await ledger.list({ limit: 10, status: ['queued'] }))).toEqual(
    [late, early].map(({ post }) => post.id),
  );
});

test('the same origin is one post, also when both are added at once', async () => {
  const { ledger } = await open();
  const [one, two] = await Promise.all([
    ledger.add(newPost({ originKey: 'x' })),
    ledger.add(newPost({ originKey: 'x' })),
  ]);
  expect(two).toEqual(one);
  expect(await ledger.byOrigin('x')).toEqual(one);
  expect(await ledger.byOrigin('y')).toBeUndefined();
});

test('a change is stored whole, with its line of history', async () => {
  const { ledger } = await open();
  const { post } = await ledger.add(newPost());
  const sending = attempt({
    state: 'sending',
    uploads: [{ kind: 'media', id: '7', at: 3 }],
    firstSentAt: 4,
    lastSentAt: 4,
  });
  expect(
    await ledger.record(
      [change(post.id, { target: { status: 'sending' }, attempt: sending, note: 'Being sent' })],
      5,
    ),
  ).toBe(true);
  const published = { ...sending, state: 'published' as const, remoteId: '9', url: 'https://x.example/9' };
  const target = { status: 'published' as const, remoteId: '9', url: 'https://x.example/9' };
  expect(
    await ledger.record(
      [change(post.id, { from: 'sending', target, attempt: published, note: 'Published' })],
      6,
    ),
  ).toBe(true);
  const work = await ledger.work(post.id, 'a');
  expect(work?.attempts).toEqual([published]);
  expect(work?.target).toMatchObject({ ...target, error: null, tries: 0 });
  expect(await ledger.history(post.id)).toEqual([
    { account: 'a', at: 5, status: 'sending', note: 'Being sent' },
    { account: 'a', at: 6, status: 'published', note: 'Published' },
  ]);
  expect(await ledger.lastPublished('a')).toBe(6);
});

test('a change that was decided from another status stores nothing, and neither do those beside it', async () => {
  const { ledger } = await open();
  const [one, two] = [await ledger.add(newPost()), await ledger.add(newPost())];
  await ledger.record([change(two.post.id, { target: { status: 'cancelled' } })], 5);
  const changes = [one, two].map(({ post }) =>
    change(post.id, { target: { status: 'sending' }, attempt: attempt() }),
  );
  expect(await ledger.record(changes, 6)).toBe(false);
  expect(await ledger.work(one.post.id, 'a')).toMatchObject({ target: { status: 'queued' }, attempts: [] });
});

test('only steps of the transition table are stored', async () => {
  const { db, ledger } = await open();
  for (const from of targetStatuses) {
    for (const status of targetStatuses) {
      const { post } = await ledger.add(newPost());
      await db.updateTable('targets').set({ status: from }).where('post_id', '=', post.id).execute();
      const stored = ledger.record([change(post.id, { from, target: { status } })], 5);
      if (from === status || targetTransitions[from].includes(status))
        await expect(stored).resolves.toBe(true);
      else await expect(stored).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  }
});

test('an engine whose home was taken over can store nothing more', async () => {
  const { db, ledger } = await open();
  const { post } = await ledger.add(newPost());
  await raiseEpoch(db);
  await expect(ledger.record([change(post.id, { target: { status: 'sending' } })], 5)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await expect(ledger.add(newPost())).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(ledger.showTimes([post.id], 1)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await ledger.work(post.id, 'a'))?.target.status).toBe('queued');
});

test('the head of an account is its first due target, in the order of times and then of adding', async () => {
  const { ledger } = await open();
  const second = await ledger.add(newPost({ targets: [to('a', 20)] }));
  const first = await ledger.add(newPost({ targets: [to('a', 10), to('b', 10)] }));
  const tie = await ledger.add(newPost({ targets: [to('a', 10)] }));
  await ledger.add(newPost({ targets: [to('c', 31)] }));
  await ledger.add(newPost({ targets: [to('c', null, 'draft')] }));
  expect(await ledger.heads(9)).toEqual([]);
  const heads = await ledger.heads(30);
  expect(heads.sort((a, b) => a.account.localeCompare(b.account))).toEqual([
    { account: 'a', post: first.post.id, status: 'queued', dueAt: 10, notBefore: null, hold: null },
    { account: 'b', post: first.post.id, status: 'queued', dueAt: 10, notBefore: null, hold: null },
  ]);
  const order: (string | undefined)[] = [];
  for (let step = 0; step < 3; step += 1) {
    const head = await ledger.head('a', 30);
    order.push(head?.post.id);
    await ledger.record([change(head?.post.id ?? '', { target: { status: 'cancelled' } })], 30);
  }
  expect(order).toEqual([first.post.id, tie.post.id, second.post.id]);
  expect(await ledger.head('a', 30)).toBeUndefined();
});

test('the next instants are those of waiting posts and of look-ups', async () => {
  const { db, ledger } = await open();
  expect(await ledger.nextAfter(0)).toEqual({ due: null, lookUp: null });
  await ledger.add(newPost({ targets: [to('a', 50)] }));
  const unsure = await ledger.add(newPost({ targets: [to('a', 10)] }));
  await db
    .updateTable('targets')
    .set({ status: 'unconfirmed', not_before: 70 })
    .where('post_id', '=', unsure.post.id)
    .execute();
  expect(await ledger.nextAfter(20)).toEqual({ due: 50, lookUp: 70 });
  expect(await ledger.nextAfter(50)).toEqual({ due: null, lookUp: 70 });
  expect(await ledger.unconfirmed(69)).toEqual([]);
  expect(await ledger.unconfirmed(70)).toEqual([{ post: unsure.post.id, account: 'a' }]);
});

test('remote ids of other posts are known, and doubtful posts of the same content are rivals', async () => {
  const { ledger } = await open();
  const [one, two] = [await ledger.add(newPost()), await ledger.add(newPost())];
  const put = (
    id: string,
    from: 'queued' | 'sending',
    status: 'sending' | 'published',
    what: Partial<Attempt>,
  ) => ledger.record([change(id, { from, target: { status }, attempt: attempt(what) })], 5);
  await put(one.post.id, 'queued', 'sending', { state: 'unknown' });
  await put(two.post.id, 'queued', 'sending', { state: 'sending' });
  const but = { post: one.post.id, part: 0 };
  expect(await ledger.rivals('a', 'h', but)).toBe(1);
  expect(await ledger.rivals('a', 'other', but)).toBe(0);
  expect(await ledger.rivals('b', 'h', but)).toBe(0);
  await put(two.post.id, 'sending', 'published', { state: 'published', remoteId: '9' });
  expect(await ledger.rivals('a', 'h', but)).toBe(0);
  expect(await ledger.known('a', ['8', '9'], but)).toEqual(new Set(['9']));
  expect(await ledger.known('a', ['9'], { post: two.post.id, part: 0 })).toEqual(new Set());
  expect(await ledger.known('a', [], but)).toEqual(new Set());
});

test('counts are of posts, not of targets', async () => {
  const { db, ledger } = await open();
  await ledger.add(newPost({ targets: [to('a', 1), to('b', 1)] }));
  const failed = await ledger.add(newPost());
  await ledger.add(newPost({ targets: [to('a', null, 'draft')] }));
  await db.updateTable('targets').set({ status: 'failed' }).where('post_id', '=', failed.post.id).execute();
  expect(await ledger.counts()).toEqual({ queued: 1, needYou: 1 });
  expect(await ledger.waitingFor([])).toEqual({ posts: 0, by: new Map() });
  expect(await ledger.waitingFor(['a', 'b', 'c'])).toEqual({
    posts: 1,
    by: new Map([
      ['a', 1],
      ['b', 1],
    ]),
  });
});

test('what is due is found by index, whatever lies in the tables', async () => {
  const { raw } = await open();
  const plan = (text: string) =>
    raw
      .prepare(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map((row) => String(row['detail']))
      .join('; ');
  const open_ = "status IN ('queued', 'sending')";
  expect(
    plan(
      `SELECT post_id FROM targets WHERE ${open_} AND account_id = 'a' AND due_at <= 5 ORDER BY due_at, post_seq LIMIT 1`,
    ),
  ).toMatch(/^SEARCH targets USING (COVERING )?INDEX targets_next \(account_id=\? AND due_at<\?\)$/);
  expect(plan(`SELECT min(account_id) FROM targets WHERE ${open_} AND account_id > 'a'`)).toMatch(
    /^SEARCH targets USING (COVERING )?INDEX targets_next \(account_id>\?\)$/,
  );
  expect(plan(`SELECT due_at FROM targets WHERE ${open_} AND due_at > 5 ORDER BY due_at LIMIT 1`)).toMatch(
    /^SEARCH targets USING (COVERING )?INDEX targets_due \(due_at>\?\)$/,
  );
});
