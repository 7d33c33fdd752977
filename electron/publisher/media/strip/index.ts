import { strippable } from '../facts.ts';
import type { Reader } from '../file-reader.ts';
import { stripFilm } from './film.ts';
import { stripJpeg } from './jpeg.ts';
import type { Piece } from './pieces.ts';
import { stripPng } from './png.ts';
import { stripWebp } from './webp.ts';

/** The pieces of a file without what says where it was made; undefined when it is damaged or of another type. */
export async function strip(
  file: Reader,
  { mime, orientation }: { mime: string; orientation: number },
): Promise<Piece[] | undefined> {
  switch (mime) {
    case 'image/jpeg':
      return stripJpeg(file, orientation);
    case 'image/png':
      return stripPng(file);
    case 'image/webp':
      return stripWebp(file);
    default:
      return strippable.has(mime) ? stripFilm(file) : undefined;
  }
}
