import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../../shared/index.ts';
import type { MediaDetails } from '../../../networks/index.ts';

/** Looks into films and pictures and makes pictures, off the main thread, one order at a time. */
export type Workshop = {
  /** Whether a picture can be decoded as a whole; asked once for each content (`sha256`), however many posts have it. */
  check(picture: { path: string; sha256: string; mostPixels: number }): Promise<Outcome<null>>;
  /** What a film or sound is. */
  measure(path: string): Promise<Outcome<FilmFacts>>;
  /** Makes a picture by a recipe and writes it to `to`, which must not be in use. */
  make(order: Omit<Extract<Order, { do: 'make' }>, 'do'>): Promise<Outcome<Made>>;
  /** Makes a small picture for the window and writes it to `to`, which must not be in use. */
  thumbnail(order: Omit<Extract<Order, { do: 'thumbnail' }>, 'do'>): Promise<Outcome<Made>>;
  /** Ends the thread; what waits fails. A later order starts it again. */
  close(): Promise<void>;
};

/** Longest look into one picture, in milliseconds, and how many verdicts are remembered. */
const checkMs = 60_000;
const mostChecked = 10_000;

type Waiting = { letter: Letter; resolve(outcome: Outcome<FilmFacts | Made | null>): void };

/**
 * A workshop whose thread runs the file `entry`; without one every order fails. It starts with the first order and ends when none came for `idleMs`, which
 * gives its memory back; an order that takes longer than `orderMs` ends it, too, so that no file can occupy it for ever.
 */
export function createWorkshop(deps: {
  entry: string | undefined;
  clock: Clock;
  idleMs?: number;
  orderMs?: number;
}): Workshop {
  const { entry, clock, idleMs = 20_000, orderMs = 180_000 } = deps;
  const waiting: Waiting[] = [];
  const checked = new Map<string, Promise<Outcome<null>>>();
  let worker: Worker | undefined;
  let cancelTimer = () => {};
  let lastId = 0;

  const end = (why: string): Promise<unknown> => {
    const ending = worker;
    worker = undefined;
    cancelTimer();
    for (const { resolve } of waiting.splice(0)) resolve({ ok: false, fault: 'failed', why });
    return ending?.terminate() ?? Promise.resolve();
  };
  /** The order at work is given up, with its thread; those behind it are not to blame and go on in a new one. */
  const giveUp = (program: string, why: string): void => {
    const broken = worker;
    worker = undefined;
    cancelTimer();
    waiting.shift()?.resolve({ ok: false, fault: 'failed', why });
    void broken?.terminate();
    if (waiting.length > 0) next(program);
  };
  const start = (program: string): Worker => {
    const started = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: 512 } });
    started.on('message', ({ id, outcome }: Answer) => {
      if (waiting[0]?.letter.id !== id) return;
      waiting.shift()?.resolve(outcome);
      next(program);
    });
    started.on('error', (error) => {
      if (worker === started) giveUp(program, `The thread for media broke: ${String(error)}`);
    });
    started.on('exit', (code) => {
      if (worker === started) giveUp(program, `The thread for media ended (${code})`);
    });
    return started;
  };
  /** Hands the first order over, or lets the thread rest. */
  const next = (program: string) => {
    cancelTimer();
    const [first] = waiting;
    if (!first) {
      worker?.unref();
      cancelTimer = clock.setTimer(idleMs, () => void end(''));
      return;
    }
    worker ??= start(program);
    worker.ref();
    worker.postMessage(first.letter);
    const most = first.letter.order.do === 'check' ? Math.min(orderMs, checkMs) : orderMs;
    cancelTimer = clock.setTimer(most, () => {
      giveUp(program, `It took longer than ${Math.round(most / 1000)} s`);
    });
  };
  const order = <T>(wanted: Order): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      if (entry === undefined)
        return resolve({ ok: false, fault: 'no-worker', why: 'Belfry was started without its media worker' });
      lastId += 1;
      // The answer to an order is of the order's kind: one thread, one protocol, both ours.
      const settled = (outcome: Outcome<FilmFacts | Made | null>) => resolve(outcome as Outcome<T>);
      waiting.push({ letter: { id: lastId, order: wanted }, resolve: settled });
      if (waiting.length === 1) next(entry);
    });

  return {
    check({ path, sha256, mostPixels }) {
      const known = checked.get(sha256);
      if (known) return known;
      const verdict = order<null>({ do: 'check', path, mostPixels });
      checked.set(sha256, verdict);
      const [oldest] = checked.keys();
      if (checked.size > mostChecked && oldest !== undefined) checked.delete(oldest);
      void verdict.then((outcome) => {
        // What went wrong here or on this machine says nothing about the picture.
        if (!outcome.ok && outcome.fault !== 'damaged') checked.delete(sha256);
      });
      return verdict;
    },
    measure: (path) => order({ do: 'measure', path }),
    make: (wanted) => order({ do: 'make', ...wanted }),
    thumbnail: (wanted) => order({ do: 'thumbnail', ...wanted }),
    async close() {
      await end('Belfry is stopping');
    },
  };
}

/** A stretch of a picture in pixels. */
export type Area = { left: number; top: number; width: number; height: number };

/** How a picture is made into one that a network takes: a JPEG in sRGB, upright, without metadata. */
export type Recipe = {
  /** What of the picture is kept, as it is shown; null = all. */
  cut: Area | null;
  /** What that is scaled to, in pixels. */
  width: number;
  height: number;
  /** White is added around it up to this; null = none. */
  canvas: { width: number; height: number } | null;
  /** Most bytes of the file; null = no limit. */
  mostBytes: number | null;
};

/** What a film or sound is; null where unknown. */
export type FilmFacts = Pick<
  MediaDetails,
  | 'seconds'
  | 'framesPerSecond'
  | 'videoCodec'
  | 'bitDepth'
  | 'chroma'
  | 'audioCodec'
  | 'sampleRate'
  | 'channels'
> & { width: number | null; height: number | null };

/** Work that is done aside, because it takes long, or a file could break what does it. Paths are absolute. */
export type Order =
  | { do: 'measure'; path: string }
  | { do: 'check'; path: string; mostPixels: number }
  | { do: 'make'; from: string; to: string; recipe: Recipe; mostPixels: number }
  | { do: 'thumbnail'; from: string; to: string; width: number; mostPixels: number };

export type Made = { bytes: number; width: number; height: number };

/**
 * `damaged`: the file's own fault. `failed`: ours, or the machine's; another try may help. `no-worker`: this host has
 * nothing that could look, and no other try helps.
 */
export type Fault = 'damaged' | 'failed' | 'no-worker';
export type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault; why: string };

export type Letter = { id: number; order: Order };
export type Answer = { id: number; outcome: Outcome<FilmFacts | Made | null> };
