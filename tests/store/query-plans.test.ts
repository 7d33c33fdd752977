import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, raiseEpoch } from '../../electron/store/database.ts';
import {
  createHousekeeping,
  createPostLedger,
  createRunLedger,
  createRunReader,
  createSeriesLedger,
  createSlotLedger,
} from '../../electron/store/index.ts';
import { systemClock } from '../../electron/system.ts';
import type { TargetStatus } from '../../shared/index.ts';
import { temporaryHome } from '../support/home.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
/** What may be walked: lists given by the query itself, and tables that stay small. */
const walked =
  /^SCAN (?:CONSTANT ROW|wanted|jobs|accounts|hits|fitting|given|series|job_state|job_cursors|\(subquery-\d+\)|(?:json_each|output_index|pragma_\w+) VIRTUAL TABLE)/;
/** A count takes each entry of an index, and nothing of the table. */
const counting = /^SCAN (?:runs|posts) USING COVERING INDEX/;
/** The search for a text in posts has to look at them, by time and a page at a time. */
const byTime = /^SCAN posts USING INDEX posts_due/;

/** A database whose statistics say `of(index, columns)`; none are kept when `of` is left out. */
function databaseWith(of?: (index: string, columns: number) => string): string {
  const path = join(temporaryHome(), 'belfry.db');
  const { raw, close } = openDatabase(path);
  if (of) {
    raw.exec('ANALYZE');
    raw.exec('DELETE FROM sqlite_stat1');
    const indexes = raw.prepare(
      `SELECT tbl.name AS "table", idx.name AS "index", (SELECT count(*) FROM pragma_index_info(idx.name)) AS "columns"
       FROM sqlite_schema AS tbl JOIN pragma_index_list(tbl.name) AS idx WHERE tbl.type = 'table'`,
    );
    const put = raw.prepare('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)');
    for (const { table, index, columns } of indexes.all())
      put.run(String(table), String(index), of(String(index), Number(columns)));
  }
  void close();
  return path;
}

/** Every read that the engine makes, by what it is; what SQLite is asked is written down. */
async function plansOf(path: string): Promise<Map<string, string[]>> {
  const { db, raw, close } = openDatabase(path);
  onTestFinished(close);
  let count = 0;
  const epoch = await raiseEpoch(db);
  const runs = createRunLedger(db, epoch, () => `r${++count}`);
  const reader = createRunReader(db);
  const posts = createPostLedger(db, epoch);
  const series = createSeriesLedger(db, epoch);
  const slots = createSlotLedger(db, epoch, () => `s${++count}`);
  const { id } = await runs.create(
    { jobId: 'news', jobName: 'News', cause: 'manual', attempt: 1, fromStep: 0, reason: null },
    now,
  );
  await runs.begin(id, [{ name: 'one' }], now);
  await runs.append(id, [{ first: 1, step: 0, at: now, stream: 'stdout', texts: ['a line'] }]);
  await runs.finish(id, { status: 'success', reason: 'nothing to do', at: now });
  const housekeeping = createHousekeeping({
    db,
    clock: systemClock,
    log: (_, text) => expect.fail(text),
    retention: () => ({ maxAgeMs: 1, runsPerJob: 1, maxBytes: 1 }),
  });
  onTestFinished(() => housekeeping.stop());

  const asked = new Map<string, Set<string>>();
  let current = new Set<string>();
  const prepare = raw.prepare.bind(raw);
  raw.prepare = (sql) => {
    current.add(sql);
    return prepare(sql);
  };
  const read = async (what: string, query: () => Promise<unknown>) => {
    current = new Set(asked.get(what));
    asked.set(what, current);
    await query();
  };

  const page = { limit: 10, count: true };
  for (const jobId of [undefined, 'news'])
    for (const status of [undefined, 'failed', 'queued'] as const) {
      await read(`runs of ${jobId}, ${status}`, () => reader.list({ jobId, status, limit: 10 }));
      await read(`runs of ${jobId}, ${status}`, () => reader.list({ jobId, status, before: id, limit: 10 }));
      await read(`page of runs of ${jobId}, ${status}`, () =>
        reader.page({ jobId, status, cursor: '5', ...page }),
      );
    }
  await read('a run', () => reader.get(id));
  await read('last runs', () => reader.lastRuns());
  await read('open runs', () => reader.open());
  await read('left over', () => runs.orphans());
  await read('last ended', () => runs.lastEnded('news', 'r1'));
  await read('slots', () => slots.states());
  await read('slots', () => slots.releaseOrphanedClaims());
  for (const run of [undefined, id])
    for (const order of ['newest', 'oldest'] as const)
      for (const search of [undefined, 'xy', 'a line']) {
        const query = { id: run, order, search, limit: 10 };
        await read(`output of ${run}, ${order}, ${search}`, () => reader.outputPage(query));
        await read(`output of ${run}, ${order}, ${search}`, () =>
          reader.outputPage({ ...query, cursor: '5.1' }),
        );
      }
  await read('output', () => reader.output({ id, after: 0, tail: false, limit: 10 }));
  const lists: (readonly TargetStatus[] | undefined)[] = [
    undefined,
    ['queued', 'sending'],
    ['failed', 'missed'],
    ['draft'],
    ['published'],
    ['published', 'draft'],
  ];
  for (const status of lists)
    for (const account of [undefined, 'a'])
      for (const order of ['latest', 'soonest'] as const)
        for (const more of [
          {},
          { from: 1, to: 5 },
          { cursor: '5.1' },
          { cursor: '.1' },
          { search: 'x', tag: 'y' },
        ]) {
          const query = { status, account, order, ...more, limit: 10 };
          await read(`posts of ${account}, ${status}, ${order}`, () => posts.page(query));
          await read(`number of posts of ${account}, ${status}`, () => posts.count(query, 100));
        }
  await read('a post', () => posts.get('p'));
  await read('a post by its key', () => posts.byOrigin('k'));
  await read('history', () => posts.history('p'));
  await read('counts', () => posts.counts());
  await read('heads', () => posts.heads(now));
  await read('head', () => posts.head('a', now));
  await read('unconfirmed', () => posts.unconfirmed(now));
  await read('waiting', () => posts.waiting('a', 1, 5));
  await read('sending', () => posts.sending());
  await read('next', () => posts.nextAfter(now));
  const moment = { at: now, sane: now + 5 };
  await read('free', () => posts.free('a', moment, now - 5));
  await read('account hold', () => posts.accountHold('a', moment));
  await read('next release', () => posts.nextRelease('a', moment, 0));
  await read('due', () => posts.due('a', moment));
  await read('last published', () => posts.lastPublished('a'));
  await read('known', () => posts.known('a', ['1'], { post: 'p', part: 0 }));
  await read('rivals', () => posts.rivals('a', 'hash', { post: 'p', part: 0 }));
  await read('selection', () => posts.select({ ids: ['p'] }, 10));
  await read('selection', () => posts.select({ status: ['failed'], account: 'a' }, 10));
  await read('files', () => posts.filesInUse(['f']));
  await read('a file', () => posts.media('m'));
  await read('series', () => series.list());
  await read('a series', () => series.get('s'));
  await read('occurrences', () => series.occurrences('s', 0));
  await read('past occurrences', () => series.pastOccurrences('s', 5, 10));
  await read('gaps', () => series.gaps('s', 10));
  await read('housekeeping', () => housekeeping.work());

  const plans = new Map<string, string[]>();
  for (const [what, statements] of asked)
    plans.set(
      what,
      [...statements]
        .filter((sql) => /^\s*(?:select|with|delete|update)\b/i.test(sql))
        .flatMap((sql) =>
          prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .all()
            .map(({ detail }) => String(detail)),
        ),
    );
  return plans;
}

const statistics: [string, ((index: string, columns: number) => string) | undefined][] = [
  ['without statistics', undefined],
  ['with statistics of its first hour', (_, columns) => `20 ${Array(columns).fill('20').join(' ')}`],
  [
    'with statistics that take the best index for the worst',
    (index, columns) =>
      /status|created|counted|posts_due/.test(index)
        ? `200000 ${Array(columns).fill('1').join(' ')}`
        : `200000 ${Array(columns).fill('200000').join(' ')}`,
  ],
];

for (const [name, of] of statistics) {
  test(`no read walks through a large table in a database ${name}`, async () => {
    const plans = await plansOf(databaseWith(of));
    const walks = [...plans].flatMap(([what, lines]) =>
      lines
        .filter(
          (line) =>
            /AUTOMATIC/.test(line) ||
            (line.startsWith('SCAN ') && ![walked, counting, byTime].some((allowed) => allowed.test(line))),
        )
        .map((line) => `${what}: ${line}`),
    );
    expect(walks).toEqual([]);
    const using = (what: string) =>
      new Set(
        plans
          .get(what)
          ?.flatMap((line) => / USING (?:COVERING )?INDEX ((?:runs|targets)_\w+)/.exec(line)?.[1] ?? []),
      );
    expect(using('runs of undefined, undefined')).toEqual(new Set());
    // Runs that are not over are few, and stand in no index of their job.
    expect(using('runs of news, undefined')).toEqual(new Set(['runs_job', 'runs_status']));
    expect(using('runs of undefined, failed')).toEqual(new Set(['runs_status']));
    expect(using('runs of news, failed')).toEqual(new Set(['runs_job']));
    expect(using('runs of news, queued')).toEqual(new Set(['runs_status']));
    expect(using('last runs')).toEqual(new Set(['runs_ended']));
    expect(using('open runs')).toEqual(new Set(['runs_status']));
    expect(using('free')).toEqual(new Set(['targets_counted', 'targets_next']));
    expect(using('account hold')).toEqual(new Set(['targets_held']));
    expect(using('next release')).toEqual(new Set(['targets_held']));
    expect(using('due')).toEqual(new Set(['targets_next']));
  });
}
