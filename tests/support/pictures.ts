import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSharp } from '../../electron/publisher/media/workshop/pictures.ts';

export type PictureOptions = {
  width?: number;
  height?: number;
  /** EXIF says that it was made in Berlin. */
  gps?: boolean;
  /** EXIF says how to turn it. */
  orientation?: number;
  /** More bytes than a plain surface: every pixel is another. */
  noise?: boolean;
  /** Two pictures, one after the other: of GIF and WebP. */
  moving?: boolean;
};

/** A real picture in `folder`, of the type that its name says; red on its left half, blue on its right. */
export async function realPicture(
  folder: string,
  name: string,
  options: PictureOptions = {},
): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await pictureBytes(name.slice(name.lastIndexOf('.') + 1), options));
  return path;
}

/** The bytes of such a picture: `jpg`, `png`, `webp`, `avif` or `gif`. */
export async function pictureBytes(type: string, options: PictureOptions = {}): Promise<Buffer> {
  const { width = 1200, height = 1000, gps = false, orientation, noise = false, moving = false } = options;
  const sharp = loadSharp();
  const half = {
    create: { width: Math.max(1, width >> 1), height, channels: 3 as const, background: '#ff0000' },
  };
  const plain = sharp({ create: { width, height, channels: 3, background: '#0000ff' } }).composite([
    { input: half, left: 0, top: 0 },
  ]);
  const red = { create: { width, height, channels: 3 as const, background: '#ff0000' } };
  const blue = { create: { width, height, channels: 3 as const, background: '#0000ff' } };
  const drawn = moving
    ? sharp([await sharp(red).png().toBuffer(), await sharp(blue).png().toBuffer()], {
        join: { animated: true },
      })
    : noise
      ? sharp({
          create: {
            width,
            height,
            channels: 3,
            background: '#888888',
            noise: { type: 'gaussian', mean: 128, sigma: 60 },
          },
        })
      : plain;
  const marked = gps
    ? drawn.withExif({
        IFD0: { Make: 'Camera' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '52/1 31/1 12/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '13/1 24/1 18/1',
        },
      })
    : drawn;
  const turned = orientation === undefined ? marked : marked.withMetadata({ orientation });
  return turned.toFormat(type === 'jpg' ? 'jpeg' : (type as 'png' | 'webp' | 'avif' | 'gif')).toBuffer();
}

/** How a picture looks once it is opened: pixels as shown, and the colour at a place given as shares of width and height. */
export async function lookAt(picture: Buffer | string) {
  const sharp = loadSharp();
  const { data, info } = await sharp(picture)
    .autoOrient()
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const meta = await sharp(picture).metadata();
  return {
    width: info.width,
    height: info.height,
    format: meta.format,
    exif: meta.exif,
    colourAt(x: number, y: number): 'red' | 'blue' | 'white' | 'other' {
      const at =
        (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
      const [r = 0, g = 0, b = 0] = data.subarray(at, at + 3);
      if (r > 230 && g > 230 && b > 230) return 'white';
      if (r > 180 && b < 90) return 'red';
      return b > 180 && r < 90 ? 'blue' : 'other';
    },
  };
}
