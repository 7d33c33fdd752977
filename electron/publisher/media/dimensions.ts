import { imageSize } from 'image-size';

/** Bytes from the start of a picture that hold its size, a long EXIF block before it included. */
export const dimensionBytes = 512 * 1024;

const measured: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** Whether pictures of this type are always measured: one that cannot be is damaged. */
export function isMeasured(mime: string): boolean {
  return measured.has(mime);
}

/** Width and height in pixels as the picture is shown (turned by its EXIF orientation); undefined when they cannot be told. */
export function dimensions(
  head: Uint8Array,
): { width: number; height: number; orientation: number } | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(head);
    if (!(width > 0 && height > 0)) return undefined;
    return orientation >= 5 ? { width: height, height: width, orientation } : { width, height, orientation };
  } catch {
    return undefined; // The library throws for everything that it cannot read; the caller says so with the file's name.
  }
}
