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

/** What a film or sound is; null where it cannot be told. */
export type FilmFacts = {
  seconds: number | null;
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  videoCodec: string | null;
  audioCodec: string | null;
};

/** Work that is done aside, because it takes long, or a file could break what does it. Paths are absolute. */
export type Order =
  | { do: 'measure'; path: string }
  | { do: 'check'; path: string; mostPixels: number }
  | { do: 'make'; from: string; to: string; recipe: Recipe; mostPixels: number };

export type Made = { bytes: number; width: number; height: number };

/**
 * `damaged`: the file's own fault. `failed`: ours, or the machine's; another try may help. `no-worker`: this host has
 * nothing that could look, and no other try helps.
 */
export type Fault = 'damaged' | 'failed' | 'no-worker';
export type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault; why: string };

export type Letter = { id: number; order: Order };
export type Answer = { id: number; outcome: Outcome<FilmFacts | Made | null> };
