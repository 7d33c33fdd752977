import { z } from 'zod';
import { wireErrorSchema } from './error.ts';
import { web } from './web.ts';

/** Widths that pictures are made in for the window, in pixels: a row of a list, a card, a preview. */
export const thumbnailWidths = [96, 320, 1280] as const;
export type ThumbnailWidth = (typeof thumbnailWidths)[number];

/** What one upload may have at most; no network takes more. */
export const mostUploadBytes = 2 * 1024 ** 3;

/** What a file of a post is by its content, and whether it can be seen. */
export const mediaLookSchema = z.strictObject({
  name: z.string(),
  mime: z.string(),
  bytes: z.int(),
  /** Pixels as shown; null where nothing measured them. */
  width: z.number().nullable(),
  height: z.number().nullable(),
  /** How long a film or sound takes. */
  seconds: z.number().nullable(),
  /** Whether there are thumbnails of it; false for films, sounds and pictures of a type that Belfry cannot open. */
  thumbnail: z.boolean(),
  /** Why there is no thumbnail although there should be one. */
  problem: wireErrorSchema.nullable(),
});
export type MediaLook = z.infer<typeof mediaLookSchema>;

/** A file that was sent to the engine: `path` is what a post names it by. */
export const uploadedMediaSchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  bytes: z.int(),
  /** By its content. */
  type: z.string(),
  width: z.number().nullable(),
  height: z.number().nullable(),
});
export type UploadedMedia = z.infer<typeof uploadedMediaSchema>;

/** Where the thumbnail of a file is, the same on both hosts; `path` as in a post (also `media:ID`). */
export function thumbnailAddress(path: string, width: ThumbnailWidth): string {
  return `${web.paths.thumbnail}?${new URLSearchParams({ path, width: String(width) })}`;
}

/** Where a file of this name is sent to, as the body of a POST. */
export function uploadAddress(name: string): string {
  return `${web.paths.upload}?${new URLSearchParams({ name })}`;
}

/** A picture for the window. `content` is null when the client has the one with this tag already. */
export type Thumbnail = { tag: string; type: string; content: Uint8Array | null };

/** Files of posts as the window sees and sends them. All of it throws BelfryError. */
export type MediaFiles = {
  look(path: string): Promise<MediaLook>;
  /** null for what has no picture: a film, a sound. `has` is the tag that the client has kept. */
  thumbnail(wanted: {
    path: string;
    width: ThumbnailWidth;
    has?: string | undefined;
    signal: AbortSignal;
  }): Promise<Thumbnail | null>;
  /** Stores a file piece by piece. When the body breaks off, nothing is left behind. */
  upload(sent: {
    name: string;
    /** Size of the body where it is known before. */
    bytes: number | null;
    body: AsyncIterable<Uint8Array>;
    signal: AbortSignal;
  }): Promise<UploadedMedia>;
};
