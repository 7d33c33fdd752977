import { fileURLToPath } from 'node:url';

/** The real program of the media worker; Node runs it as it is. */
export const workshopEntry = fileURLToPath(
  new URL('../../electron/publisher/media/workshop/worker.ts', import.meta.url),
);
