import { BelfryError, inTurn, type Millis, toWireError, type WakeReason } from '../../shared/index.ts';
import type { Look } from './book.ts';
import type { Happening } from './events.ts';
import { createFollower } from './follow.ts';
import { longestSleep } from './plan.ts';
import type { Scheduler, SchedulerNeeds } from './ports.ts';
import { schedulerQueries } from './queries.ts';
import { createSense } from './sense.ts';

/** After slots could not be claimed, the next try comes this soon. */
const retryDelay = 1000;

/** Decides when jobs are due and hands their runs over (design §3.3). Nothing happens before `start`. */
export function createScheduler(needs: SchedulerNeeds): Scheduler {
  const { clock, ledger, log } = needs;
  const turn = inTurn();
  const follower = createFollower(needs);
  const sense = createSense(clock, log);
  let starting: Promise<void> | undefined;
  let recovered: Promise<void> | undefined;
  let working = false;
  /** No more slots: only the ends of runs that are being drained are still answered. */
  let draining = false;
  let pausedSince: Millis | null = null;
  /** The configuration, or the zone of jobs without one, was not taken over yet. */
  let outdated = true;
  let zone = needs.defaultTimezone();
  let expected = Number.POSITIVE_INFINITY;
  let handled: Millis | null = null;
  let troubled = false;
  let cancelTimer = () => {};
  const heard: Happening[] = [];
  const toAnswer: Happening[] = [];
  /** Jobs may have ended whose end nobody has answered yet. */
  let ended = true;

  function arm(delay: number): void {
    cancelTimer();
    if (!working || draining) return;
    expected = clock.now() + delay;
    cancelTimer = clock.setTimer(delay, () => beat());
  }

  function armForNext(): void {
    const wait = pausedSince === null ? follower.soonest() - clock.now() : longestSleep;
    arm(Math.max(0, Math.min(longestSleep, wait)));
  }

  /** Looks at the clocks in turn; a failure is told and tried again. */
  function beat(...happenings: Happening[]): void {
    heard.push(...happenings);
    turn(() => lookAndArm()).catch(failed);
  }

  async function lookAndArm(because?: string): Promise<void> {
    if (!working) return;
    await act(readLook(because));
    armForNext();
  }

  function readLook(because?: string): Look {
    const look = sense.look(expected);
    const timezone = needs.defaultTimezone();
    outdated ||= timezone !== zone;
    zone = timezone;
    return { now: look.now, pausedSince, because: because ?? look.because };
  }

  /** Does what is due. What fails stays to be done at the next look. */
  async function act(look: Look): Promise<void> {
    let isNew = outdated;
    if (outdated) await reconcile(look);
    if (isNew) ended = true;
    if (pausedSince === null && !draining) {
      if (sense.wasSetBack()) {
        await follower.giveBack();
        await follower.forgetFuture(look.now);
        sense.forgetSetBack(); // Not before both are stored: what fails is done at the next look.
        isNew = true;
      }
      if (await follower.claimDue(look)) isNew = true;
      handled = look.now;
    }
    await answer(look.now);
    if (troubled) needs.trouble?.(null);
    troubled = false;
    if (isNew) needs.changed();
  }

  async function reconcile(look: Look): Promise<void> {
    outdated = false; // At once: what changes meanwhile has to be read again.
    try {
      await follower.reconcile(look);
    } catch (error) {
      outdated = true;
      throw error;
    }
  }

  /** Starts the jobs that wait for what was heard; in a pause nothing answers. */
  async function answer(now: Millis): Promise<void> {
    const news = heard.splice(0);
    const others = news.filter(({ event }) => event !== 'wake');
    const woke: Happening[] = sense.woke(others.length < news.length) ? [{ event: 'wake' }] : [];
    if (pausedSince === null) toAnswer.push(...woke, ...others);
    if (toAnswer.length > 0) await follower.answer(toAnswer, [], now);
    toAnswer.length = 0;
    if (ended) await answerEndings(now);
  }

  async function answerEndings(now: Millis): Promise<void> {
    ended = false; // At once: what ends meanwhile has to be asked for again.
    try {
      const endings = await ledger.endings();
      const happenings = endings.map(
        ({ jobId, outcome }) => ({ event: 'job', job: jobId, outcome }) as const,
      );
      const ids = endings.map(({ id }) => id);
      await follower.answer(pausedSince === null ? happenings : [], ids, now);
    } catch (error) {
      ended = true;
      throw error;
    }
  }

  function failed(error: unknown): void {
    troubled = true;
    const wire = toWireError(error);
    log('error', 'Slots could not be claimed', { error: wire.message });
    needs.trouble?.(wire);
    if (error instanceof BelfryError && error.code === 'CONFLICT') {
      working = false; // Another engine owns the home: it does the work.
      cancelTimer();
    } else arm(retryDelay);
  }

  /** For calls of others: they hear of a failure, and what failed is tried again all the same. */
  function asked(work: () => Promise<void>): Promise<void> {
    return turn(work).catch((error: unknown) => {
      if (working) failed(error);
      throw error;
    });
  }

  function recover(): Promise<void> {
    recovered ??= turn(async () => {
      await ledger.giveBackLeftOver();
      pausedSince = await ledger.pausedSince(); // A pause holds the runs that are taken up now.
    }).catch((error: unknown) => {
      recovered = undefined;
      throw error;
    });
    return recovered;
  }

  return {
    ...schedulerQueries(needs, { ...follower, paused: () => pausedSince !== null }),
    recover,
    start() {
      starting ??= turn(async () => {
        await (recovered ?? ledger.giveBackLeftOver());
        pausedSince = await ledger.pausedSince();
        sense.begin();
        working = true;
        draining = false;
        ended = true;
        heard.push({ event: 'start' });
        await lookAndArm('Belfry was not running');
      }).catch((error: unknown) => {
        working = false;
        starting = undefined;
        throw error;
      });
      return starting;
    },
    drain() {
      draining = true;
      cancelTimer();
      turn(() => follower.giveBack()).catch(failed);
    },
    stop() {
      draining = true;
      cancelTimer();
      starting = undefined;
      return turn(async () => {
        await follower.giveBack();
        working = false; // What ended before this call was still answered.
        if (handled !== null) await ledger.markSeen(handled);
        handled = null;
      });
    },
    wake(reason: WakeReason) {
      if (!working) return;
      if (reason === 'resume') beat({ event: 'wake' });
      else if (reason === 'online') beat({ event: 'online' });
      else beat();
    },
    pause: () =>
      asked(async () => {
        if (pausedSince !== null) return;
        await lookAndArm();
        await follower.giveBack();
        const since = working ? sense.lastNow() : clock.now();
        await ledger.setPausedSince(since);
        pausedSince = since;
        armForNext();
        needs.changed();
      }),
    resume: () =>
      asked(async () => {
        if (pausedSince === null) return;
        if (working) {
          const look = readLook();
          await follower.claimDue(look);
          handled = look.now;
        }
        await ledger.setPausedSince(null);
        pausedSince = null;
        if (working) armForNext();
        needs.changed();
      }),
    paused: () => pausedSince !== null,
    jobsChanged() {
      outdated = true;
      return asked(() => lookAndArm());
    },
    jobEnded(jobId) {
      ended ||= follower.awaits(jobId);
      if (working && ended) beat();
    },
  };
}
