import { parentPort } from 'node:worker_threads';
import { checkPicture } from './check-picture.ts';
import { makePicture } from './make-picture.ts';
import { measureFilm } from './measure-film.ts';
import type { Answer, FilmFacts, Letter, Made, Order, Outcome } from './orders.ts';

/** The worker thread: takes orders, one after the other, and answers each. */
parentPort?.on('message', async ({ id, order }: Letter) => {
  const answer: Answer = { id, outcome: await carryOut(order) };
  parentPort?.postMessage(answer);
});

async function carryOut(order: Order): Promise<Outcome<FilmFacts | Made | null>> {
  try {
    if (order.do === 'check') return await checkPicture(order);
    return order.do === 'measure' ? await measureFilm(order.path) : await makePicture(order);
  } catch (error) {
    return { ok: false, fault: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}
