import { join } from 'node:path';
import { createMediaFiles, createWorkshop } from '../../electron/publisher/index.ts';
import type { MediaFilesDeps } from '../../electron/publisher/media/media-files.ts';
import { systemClock, systemRandom } from '../../electron/system.ts';
import { workshopEntry } from './workshop-entry.ts';

/** Real media files below the folder `home`, with a thread of their own; any path may be named unless `some` says more. */
export function openMediaFiles(home: string, some: Partial<MediaFilesDeps> = {}) {
  const workshop = createWorkshop({ entry: workshopEntry, clock: systemClock });
  const media = createMediaFiles({
    clock: systemClock,
    random: systemRandom,
    log: () => {},
    workshop,
    held: async () => undefined,
    home: {
      media: join(home, 'media'),
      uploads: join(home, 'uploads'),
      thumbnails: join(home, 'thumbnails'),
    },
    mediaFolders: () => null,
    ownFolders: [],
    ...some,
  });
  return {
    ...media,
    async close() {
      await media.stop();
      await workshop.close();
    },
  };
}
