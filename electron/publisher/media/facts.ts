import type { MediaDetails } from '../../networks/index.ts';

export type { MediaDetails };

/** What is said of a file that was added before Belfry looked for these. */
export const noDetails: MediaDetails = {
  location: false,
  animated: false,
  jpeg: null,
  orientation: 1,
  seconds: null,
  framesPerSecond: null,
  videoCodec: null,
  audioCodec: null,
  streamable: null,
};

/** What a file is by its content. `width` and `height` are pixels as shown; null where nothing measures them. */
export type MediaFacts = {
  mime: string;
  bytes: number;
  width: number | null;
  height: number | null;
  details: MediaDetails;
};

/** Types that can be freed of their metadata without touching the picture or film itself. */
export const strippable: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/quicktime',
]);
