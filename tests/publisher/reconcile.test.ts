import { expect, test } from 'vitest';
import type { LookUp } from '../../electron/networks/adapter.ts';
import { nextKey } from '../../electron/publisher/draft.ts';
import { decide, type Facts } from '../../electron/publisher/next-action.ts';
import { afterSend, backOff, type DecisionContext } from '../../electron/publisher/outcome.ts';
import type { Attempt, Work } from '../../electron/publisher/ports.ts';
import { afterLookUp, type Knowledge } from '../../electron/publisher/reconcile.ts';
import { settingsSchema, type TargetStatus, targetStatuses, targetTransitions } from '../../shared/index.ts';
import { seededRandom } from '../support/random.ts';

/** The decisions themselves, without any network: what follows from what is known. */

const now = Date.parse('2026-11-22T09:00:00Z');
const minute = 60_000;
const settings = settingsSchema.parse({});
const context: DecisionContext = { now, reconcileDelayMs: minute, jitter: 0.5, nextKey };
const knowledge: Knowledge = {
  known: new Set(),
  rivals: 0,
  rule: { lookups: 2, key: 'same', safeForMs: 0 },
  settings,
};

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  part: 0,
  state: 'unknown',
  key: 'old',
  bodyHash: 'h',
  uploads: [],
  newestSeen: null,
  firstSentAt: now - 3 * minute,
  lastSentAt: now - 3 * minute,
  lookups: 1,
  remoteId: null,
  url: null,
  comparison: null,
  ...more,
});
const work = (
  status: TargetStatus = 'sending',
  attempts: Attempt[] = [attempt()],
  more: Partial<Work['target']> = {},
): Work => ({
  post: {
    seq: 1,
    id: 'p',
    text: 'a',
    note: '',
    visibility: null,
    contentWarning: null,
    language: null,
    sensitive: null,
    publishAt: now - 4 * minute,
    thread: [],
    source: 'person',
    runId: null,
    originKey: null,
    poll: null,
    firstComment: null,
    tags: [],
    createdAt: 0,
    media: [],
  },
  target: {
    account: 'a',
    position: 0,
    status,
    override: {},
    dueAt: now - 4 * minute,
    remoteId: null,
    url: null,
    error: null,
    notBefore: null,
    hold: null,
    tries: 1,
    revision: 0,
    sent: null,
    differs: [],
    notCompared: null,
    ...more,
  },
  attempts,
});
const seen = (more: Partial<Extract<LookUp, { kind: 'seen' }>> = {}): LookUp => ({
  kind: 'seen',
  matches: [],
  unclear: [],
  complete: true,
  exists: 'unknown',
  ...more,
});
const one = { remoteId: '1', url: 'https://x.example/1' };
const two = { remoteId: '2', url: null };
/** What becomes of the target, and whether it is sent again. */
const after = (
  look: LookUp,
  more: Partial<Knowledge> = {},
  given: Partial<Attempt> = {},
  status: TargetStatus = 'sending',
) => {
  const { change, next } = afterLookUp(
    work(status, [attempt(given)]),
    attempt(given),
    look,
    { ...knowledge, ...more },
    context,
  );
  return [change.target?.status ?? status, next];
};

test.each<[string, unknown, unknown]>([
  ['one match', after(seen({ matches: [one] })), ['published', 'continue']],
  ['two matches', after(seen({ matches: [one, two] })), ['unconfirmed', 'continue']],
  [
    'two matches, one of them another post of ours',
    after(seen({ matches: [one, two] }), { known: new Set(['2']) }),
    ['published', 'continue'],
  ],
  [
    'a match that is another post of ours',
    after(seen({ matches: [one] }), { known: new Set(['1']) }),
    ['sending', 'send'],
  ],
  [
    'a match, and another lost post of the same words',
    after(seen({ matches: [one] }), { rivals: 1 }),
    ['unconfirmed', 'continue'],
  ],
  ['something similar', after(seen({ unclear: [one] })), ['unconfirmed', 'continue']],
  ['nothing, for the first time', after(seen(), {}, { lookups: 0 }), ['sending', 'stop']],
  ['nothing, for the second time', after(seen()), ['sending', 'send']],
  ['nothing, but the list ends too early', after(seen({ complete: false })), ['unconfirmed', 'continue']],
  [
    'nothing in a short list, while the key protects',
    after(seen({ complete: false }), { rule: { lookups: 2, key: 'same', safeForMs: 50 * minute } }),
    ['sending', 'send'],
  ],
  [
    'the same, an hour later',
    after(
      seen({ complete: false }),
      { rule: { lookups: 2, key: 'same', safeForMs: 50 * minute } },
      { firstSentAt: now - 60 * minute },
    ),
    ['unconfirmed', 'continue'],
  ],
  [
    'the same, with the clock set back',
    after(
      seen({ complete: false }),
      { rule: { lookups: 2, key: 'same', safeForMs: 50 * minute } },
      { firstSentAt: now + minute },
    ),
    ['unconfirmed', 'continue'],
  ],
  [
    'nothing, after a repeat was refused',
    after(seen(), {}, { state: 'contradicted' }),
    ['unconfirmed', 'continue'],
  ],
  [
    'a find, after a repeat was refused',
    after(seen({ matches: [one] }), {}, { state: 'contradicted' }),
    ['published', 'continue'],
  ],
  ['an upload in use, second look', after(seen({ exists: 'likely' })), ['sending', 'stop']],
  [
    'an upload in use, third look',
    after(seen({ exists: 'likely' }), {}, { lookups: 2 }),
    ['unconfirmed', 'continue'],
  ],
  [
    'published, says the network, first look',
    after(seen({ exists: 'certain' }), {}, { lookups: 0 }),
    ['sending', 'stop'],
  ],
  ['published, says the network, second look', after(seen({ exists: 'certain' })), ['published', 'continue']],
  ['broken for good', after(seen({ hopeless: 'EXPIRED' })), ['unconfirmed', 'continue']],
  ['nothing, a person is asked already', after(seen(), {}, {}, 'unconfirmed'), ['unconfirmed', 'stop']],
  [
    'nothing, a person is asked already, and looks are many',
    after(seen(), {}, { lookups: 9 }, 'unconfirmed'),
    ['unconfirmed', 'stop'],
  ],
  [
    'a find, a person is asked already',
    after(seen({ matches: [one] }), {}, {}, 'unconfirmed'),
    ['published', 'continue'],
  ],
])('a look that shows %s', (_, found, wanted) => {
  expect(found).toEqual(wanted);
});

test('a repeat keeps its key or takes a fresh one, by the rule of the server', () => {
  const keyOf = (key: 'same' | 'fresh') =>
    afterLookUp(work(), attempt(), seen(), { ...knowledge, rule: { lookups: 2, key, safeForMs: 0 } }, context)
      .change.attempt?.key;
  expect([keyOf('same'), keyOf('fresh')]).toEqual(['old', nextKey('old')]);
});

test('what was not found in time is not sent again but fails, and says so', () => {
  const late = work('sending', [attempt()], { dueAt: now - 25 * 60 * minute });
  const { change, effects } = afterLookUp(late, attempt(), seen(), knowledge, context);
  expect(change.target).toMatchObject({ status: 'failed', error: { code: 'NETWORK_UNREACHABLE' } });
  expect(effects).toMatchObject([{ kind: 'attention', matter: { kind: 'failed' } }]);
});

const facts: Facts = { now, settings, ready: true, held: false, rateLimitedUntil: null, lastPublished: null };

test.each<[string, unknown, unknown]>([
  ['due', decide(work('queued', []), facts), { do: 'publish', part: 0 }],
  [
    'held back for another minute',
    decide(work('queued', [], { notBefore: now + minute }), facts),
    { do: 'wait' },
  ],
  [
    'held back until a minute ago',
    decide(work('queued', [], { notBefore: now - minute }), facts),
    { do: 'publish', part: 0 },
  ],
  [
    'held back for a year',
    decide(work('queued', [], { notBefore: now + 365 * 24 * 60 * minute }), facts),
    { do: 'publish', part: 0 },
  ],
  [
    'of an account that waits for its owner',
    decide(work('queued', []), { ...facts, ready: false }),
    { do: 'wait' },
  ],
  ['unknown, settled', decide(work(), facts), { do: 'look-up', part: 0 }],
  ['unknown, settling', decide(work('sending', [attempt()], { notBefore: now + 1 }), facts), { do: 'wait' }],
  [
    'unknown, of an account that waits for its owner',
    decide(work(), { ...facts, ready: false }),
    { do: 'wait' },
  ],
])('a target that is %s', (_, found, wanted) => {
  expect(found).toEqual(wanted);
});

test('a call that Belfry died in is unknown from then on, and settles first', () => {
  const next = decide(work('sending', [attempt({ state: 'sending', lookups: 5 })]), facts);
  expect(next).toMatchObject({
    do: 'step',
    step: {
      next: 'stop',
      change: { attempt: { state: 'unknown', lookups: 0 }, target: { notBefore: now + minute } },
    },
  });
});

test('every step that any outcome leads to is in the transition table', () => {
  const seed = 4711;
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
  for (let round = 0; round < 20_000; round += 1) {
    const status = pick(['sending', 'unconfirmed'] as const);
    const given = attempt({
      state: pick(['unknown', 'contradicted'] as const),
      lookups: pick([0, 1, 2, 7]),
      firstSentAt: pick([now - minute, now - 26 * 60 * minute, now + minute]),
    });
    const target = { tries: pick([0, 1, 4, 5, 9]), dueAt: pick([now, now - 30 * 60 * minute]) };
    const look: LookUp = pick([
      seen({
        matches: pick([[], [one], [one, two]]),
        unclear: pick([[], [two]]),
        complete: pick([true, false]),
        exists: pick(['no', 'likely', 'certain', 'unknown'] as const),
      }),
      {
        kind: 'unreadable',
        refusal: {
          class: pick(['retry', 'wait', 'reauthorize', 'edit', 'person'] as const),
          code: 'NETWORK_REFUSED',
          why: 'x',
          notBefore: null,
        },
      },
    ]);
    const { change, next } = afterLookUp(
      work(status, [given], target),
      given,
      look,
      { ...knowledge, rivals: pick([0, 1]) },
      { ...context, jitter: random.next() },
    );
    const to = change.target?.status ?? status;
    expect(
      to === status || targetTransitions[status].includes(to),
      `seed ${seed}, round ${round}: ${status} → ${to}`,
    ).toBe(true);
    // Never towards sending: only a complete look or a key that protects, twice at least, and never for what the user was asked about.
    if (next === 'send') {
      expect([look.kind, status, given.state]).toEqual(['seen', 'sending', 'unknown']);
      if (look.kind === 'seen') expect([look.matches, look.unclear, look.complete]).toEqual([[], [], true]);
      expect(given.lookups + 1).toBeGreaterThanOrEqual(2);
      expect(target.tries).toBeLessThan(5);
    }
  }
  expect(targetStatuses).toContain('unconfirmed');
});

test('a refusal of the first call is a refusal; of a repeat it never fails the post', () => {
  for (const kind of ['retry', 'wait', 'reauthorize', 'edit', 'person'] as const) {
    const sent = {
      kind: 'refused' as const,
      refusal: { class: kind, code: 'NETWORK_REFUSED' as const, why: 'x', notBefore: null },
    };
    const first = afterSend(work(), attempt({ state: 'sending' }), sent, false, context);
    const again = afterSend(work(), attempt({ state: 'sending' }), sent, true, context);
    expect(first.change.target?.status).toBe(kind === 'edit' ? 'failed' : 'queued');
    expect(first.change.attempt).toMatchObject({ state: 'prepared', key: 'old', firstSentAt: null });
    const burnt = afterSend(
      work(),
      attempt({ state: 'sending' }),
      { ...sent, burntKey: true },
      false,
      context,
    );
    expect(burnt.change.attempt).toMatchObject({ state: 'prepared', key: nextKey('old') });
    expect(again.change.target?.status).toBeUndefined();
    expect(again.change.attempt).toMatchObject({
      state: kind === 'edit' ? 'contradicted' : 'unknown',
      key: 'old',
    });
    expect(again.change.attempt?.firstSentAt).not.toBeNull();
  }
});

test('waits grow to an hour, with a fifth more or less, and to five minutes while off line', () => {
  const minutes = (offline: boolean) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 99].map((tries) => backOff(tries, 0.5, offline) / minute);
  expect(minutes(false)).toEqual([0.5, 1, 2, 5, 15, 30, 60, 60, 60]);
  expect(minutes(true)).toEqual([0.5, 1, 2, 5, 5, 5, 5, 5, 5]);
  expect([backOff(2, 0, false), backOff(2, 0.999_999, false)]).toEqual([48_000, 72_000]);
});
