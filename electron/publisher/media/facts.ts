/** What matters of a picture or film beyond type, size and pixels; null where it is not known or does not apply. */
export type MediaDetails = {
  /** The file says where it was made. */
  location: boolean;
  /** More than one picture, shown one after the other. */
  animated: boolean;
  /** A JPEG that not every network reads: several pictures in one file, or other colours than sRGB. */
  jpeg: 'plain' | 'several' | 'colours' | null;
  /** How the picture is turned before it is shown (EXIF, 1…8). */
  orientation: number;
  seconds: number | null;
  framesPerSecond: number | null;
  videoCodec: string | null;
  audioCodec: string | null;
  /** The index of a film comes before its pictures. */
  streamable: boolean | null;
};

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
