import type { PostFormat } from '../../shared/index.ts';

/** Who sees a post. */
export type Visibility = 'public' | 'unlisted' | 'private' | 'direct';

export type Chroma = '4:0:0' | '4:2:0' | '4:2:2' | '4:4:4';

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
  /** Bits of each colour: 8, or 10 for films in HDR. */
  bitDepth: number | null;
  /** How much colour is stored beside brightness: `4:2:0` is what players everywhere take. */
  chroma: Chroma | null;
  audioCodec: string | null;
  /** Samples of sound in a second. */
  sampleRate: number | null;
  channels: number | null;
  /** The index of a film comes before its pictures. */
  streamable: boolean | null;
};

/** What a network takes of pictures. */
export type PictureLimits = {
  mimeTypes: readonly string[] | null;
  imageBytes: number | null;
  imagePixels: number | null;
  imageRatio: readonly [number, number] | null;
  /** Wider ones are made as wide as this when they are made anew; the network scales them itself otherwise. */
  imageWidth: number | null;
  /** Only JPEGs of one picture in sRGB. */
  plainJpeg: boolean;
};

/** What a network takes in a poll; times in seconds. */
export type PollLimits = { options: number; characters: number; least: number; most: number };

/** What a network shows in full height on a telephone. */
export const tall: NonNullable<Shown['fullScreen']> = { ratio: 9 / 16, name: '9:16', size: '1080 × 1920' };

/** What a network takes of films; null = no limit known. */
export type FilmLimits = {
  videoBytes: number | null;
  /** Least and most. */
  filmSeconds: readonly [number, number] | null;
  framesPerSecond: readonly [number, number] | null;
  /** Width times height. */
  filmPixels: number | null;
  /** From left to right. */
  filmWidth: number | null;
  /** Width divided by height, and the least of both. */
  filmShape: { ratio: number; name: string; least: readonly [number, number] } | null;
  /** As the media library calls them: `avc`, `hevc`, `vp9`, `av1`; `aac`, `opus`, `mp3`. */
  videoCodecs: readonly string[] | null;
  audioCodecs: readonly string[] | null;
  /** Most bits of each colour, and the ways to store colour. */
  bitDepth: number | null;
  chroma: readonly Chroma[] | null;
  /** Most samples of sound in a second, and most channels. */
  sampleRate: number | null;
  channels: number | null;
  /** The index has to come first, because the network fetches the film from its beginning. */
  streamable: boolean;
  /** No other file beside a film or sound. */
  filmAlone: boolean;
};

/** How many files of each kind a format is made of: least and most. */
export type FormatFiles = { files: readonly [number, number]; pictures: boolean; films: boolean };

/** What a network makes of what it takes, as far as it will look different there. */
export type Shown = {
  /** Moving pictures by their type: a film without sound, or one picture of it. */
  moving: Readonly<Record<string, 'film' | 'still'>>;
  /** Every file of a post is cut to the shape of its first one. */
  cropsToFirst: boolean;
  /** Width divided by height that fills the screen: others are cut or get bars. */
  fullScreen: { ratio: number; name: string; size: string } | null;
};

/** Any file, shown as it is. */
export const anyFile: PictureLimits & FilmLimits & Shown = {
  mimeTypes: null,
  imageBytes: null,
  imagePixels: null,
  imageRatio: null,
  imageWidth: null,
  plainJpeg: false,
  videoBytes: null,
  filmSeconds: null,
  framesPerSecond: null,
  filmPixels: null,
  filmWidth: null,
  filmShape: null,
  videoCodecs: null,
  audioCodecs: null,
  bitDepth: null,
  chroma: null,
  sampleRate: null,
  channels: null,
  streamable: false,
  filmAlone: false,
  moving: {},
  cropsToFirst: false,
  fullScreen: null,
};

/** What differs for a format other than `post`. */
export type FormatLimits = FormatFiles &
  Partial<
    Pick<
      Limits,
      | 'imageRatio'
      | 'imageBytes'
      | 'videoBytes'
      | 'filmSeconds'
      | 'framesPerSecond'
      | 'filmShape'
      | 'fullScreen'
    >
  > & {
    /** The text is left out of what is shown. */
    silent: boolean;
  };

/** What a network takes; null = no limit known. Pixels and ratios are width by height. */
export type Limits = PictureLimits &
  FilmLimits &
  Shown & {
    characters: number | null;
    media: number | null;
    altCharacters: number | null;
    /** Formats besides `post`. */
    formats: Partial<Record<PostFormat, FormatLimits>>;
    /** Files that the network fetches from a public address itself. */
    fetches: 'nothing' | 'pictures' | 'everything';
    textOnly: boolean;
    thread: boolean;
    /** An account can comment on its own posts. */
    comments: boolean;
    /** null where the network has none. */
    polls: PollLimits | null;
    visibilities: readonly Visibility[];
    /** Of a content warning by itself. */
    warningCharacters: number | null;
    /** `#word` and `@name` in a text. */
    hashtags: number | null;
    mentions: number | null;
    /** Length of an option of a poll. */
    countOption(option: string): number;
    /** Length of the description of a file. */
    countAlt(alt: string): number;
    /** Length of a text as this network counts it. */
    count(text: string, contentWarning: string | null): number;
  };
