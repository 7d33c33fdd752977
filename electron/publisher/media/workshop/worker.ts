import { parentPort } from 'node:worker_threads';
import { ALL_FORMATS, FilePathSource, Input, type InputVideoTrack } from 'mediabunny';
import type { Answer, FilmFacts, Letter, Made, Order, Outcome } from './index.ts';
import { checkPicture, makePicture } from './pictures.ts';

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

/** Packets whose times tell the frame rate. */
const packets = 60;
const cacheBytes = 8 * 1024 * 1024;

/** Reads what a film or sound is from its index; its pictures and sounds are not decoded. */
async function measureFilm(path: string): Promise<Outcome<FilmFacts>> {
  const source = new FilePathSource(path, {
    maxCacheSize: cacheBytes,
    handleUnhandledError: () => undefined,
  });
  const input = new Input({ source, formats: ALL_FORMATS });
  try {
    const film = await input.getPrimaryVideoTrack();
    const sound = await input.getPrimaryAudioTrack();
    if (!film && !sound) return { ok: false, fault: 'damaged', why: 'it holds neither film nor sound' };
    const seconds = (await input.getDurationFromMetadata()) ?? (await input.computeDuration());
    return {
      ok: true,
      value: {
        seconds: Number.isFinite(seconds) ? seconds : null,
        width: film ? await film.getDisplayWidth() : null,
        height: film ? await film.getDisplayHeight() : null,
        framesPerSecond: film ? await frameRate(film) : null,
        videoCodec: film ? await film.getCodec() : null,
        audioCodec: sound ? await sound.getCodec() : null,
      },
    };
  } catch (error) {
    return { ok: false, fault: 'damaged', why: error instanceof Error ? error.message : String(error) };
  } finally {
    input.dispose();
  }
}

async function frameRate(film: InputVideoTrack): Promise<number | null> {
  const { averagePacketRate } = await film.computePacketStats(packets);
  return Number.isFinite(averagePacketRate) && averagePacketRate > 0 ? averagePacketRate : null;
}
