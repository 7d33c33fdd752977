import { expect, test } from 'vitest';
import { BelfryError, type Envelope } from '../../shared/index.ts';
import { apiWith, status } from './world.ts';

function errorOf(envelope: Envelope<unknown>) {
  if (envelope.ok) throw new Error(`expected a failure, got ${JSON.stringify(envelope.value)}`);
  return envelope.error;
}

test('a call is validated, handled and answered; defaults are filled in', async () => {
  const seen: unknown[] = [];
  const { bridge } = apiWith({
    'status.get': async () => status,
    'jobs.list': async (input) => {
      seen.push(input);
      return [];
    },
  });
  expect(await bridge.call('status.get', {})).toEqual({ ok: true, value: status });
  expect(await bridge.call('jobs.list', undefined)).toEqual({ ok: true, value: [] });
  expect(seen).toEqual([{ limit: 100 }]);
});

test('all mistakes of an input are reported together, and the handler is not called', async () => {
  const { bridge } = apiWith({
    'runs.list': async () => {
      throw new Error('must not be reached');
    },
  });
  const error = errorOf(await bridge.call('runs.list', { limit: 0, status: 'done', colour: 'red' }));
  expect(error.code).toBe('BAD_INPUT');
  expect(error.details?.map((problem) => problem.field).sort()).toEqual(['colour', 'limit', 'status']);
  expect(error.message).toMatch(
    /^BAD_INPUT: There are 3 mistakes, in the call runs\.list\. .*nothing was changed\.$/,
  );
});

test.each([
  ['job.list', 'jobs.list'],
  ['stauts.get', 'status.get'],
])('an unknown call %s suggests %s', async (name, guess) => {
  const error = errorOf(await apiWith({}).bridge.call(name, {}));
  expect(error).toMatchObject({ code: 'BAD_INPUT', field: 'name' });
  expect(error.message).toContain(`There is a call "${guess}"`);
});

test.each(['constructor', '__proto__', 'toString', ''])('%j is no call', async (name) => {
  expect(errorOf(await apiWith({}).bridge.call(name, {})).code).toBe('BAD_INPUT');
});

test('a handler that leaks an extra key is INTERNAL, logged, and the value does not get out', async () => {
  const { bridge, said } = apiWith({
    'accounts.list': async () => [
      {
        id: 'a',
        network: 'mastodon',
        server: 'https://m.example',
        handle: '@a',
        status: 'ready',
        reason: null,
        tokenExpiresAt: null,
        movedTo: null,
        order: 'independent',
        token: 'very-secret',
      } as never,
    ],
  });
  const error = errorOf(await bridge.call('accounts.list', {}));
  expect(error.code).toBe('INTERNAL');
  expect(error.message).toContain('[0].token');
  expect(JSON.stringify([error, said])).not.toContain('very-secret');
  expect(said).toMatchObject([{ level: 'error', details: { call: 'accounts.list' } }]);
});

test('errors of ours pass as they are and are not logged; foreign ones become INTERNAL', async () => {
  const { bridge, said } = apiWith({
    'jobs.run': async () => {
      throw new BelfryError({
        code: 'NOT_FOUND',
        what: 'Unknown job "x"',
        where: 'in config.json',
        why: 'No job has this id',
        remedy: 'Run `belfry jobs`',
        field: 'id',
      });
    },
    'engine.quit': async () => {
      throw undefined;
    },
  });
  expect(errorOf(await bridge.call('jobs.run', { id: 'x' }))).toEqual({
    code: 'NOT_FOUND',
    message: 'NOT_FOUND: Unknown job "x", in config.json. No job has this id. Run `belfry jobs`.',
    field: 'id',
  });
  expect(said).toEqual([]);
  expect(errorOf(await bridge.call('engine.quit', {})).code).toBe('INTERNAL');
  expect(said).toHaveLength(1);
});
