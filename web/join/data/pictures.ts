import { allocate } from "../../../src/data/allocate.ts";
import type { PictureShape } from "../../../src/data/pictures.ts";
import { InputError } from "../../../src/errors.ts";
import type { ClientFile } from "./client-file.ts";
import { cover } from "./cover.ts";
import { grey } from "./grey.ts";

/** Pictures that the browser decodes at once: enough for its threads, few enough for photographs to fit in memory. */
const batch = 8;

/** Most pixels of a canvas in every browser; a larger picture is first scaled down to it. */
const mostPixels = 2 ** 24;

/**
 * Pixels of each picture as bytes, one picture after the other, as `decodePictures` makes them in Node: turned upright,
 * scaled to cover rows x columns pixels and cropped in the middle, transparency on black, grey or colour planes.
 * @throws InputError `data.images.decode`
 */
export async function decodePictures(
  sources: readonly ClientFile[],
  [channels, rows, columns]: PictureShape,
): Promise<Uint8Array> {
  const area = rows * columns;
  const features = new Uint8Array(allocate(sources.length * channels * area));
  for (let start = 0; start < sources.length; start += batch) {
    const bitmaps = await Promise.all(sources.slice(start, start + batch).map(decode));
    bitmaps.forEach((bitmap, i) => {
      const { data, width, height } = pixelsOf(bitmap);
      const fitted = cover(data, width, height, rows, columns);
      const offset = (start + i) * channels * area;
      for (let at = 0; at < area; at++) {
        const [red, green, blue] = fitted.subarray(3 * at, 3 * at + 3);
        if (channels === 1) {
          features[offset + at] = grey(red, green, blue);
        } else {
          features[offset + at] = red;
          features[offset + area + at] = green;
          features[offset + 2 * area + at] = blue;
        }
      }
    });
  }
  return features;
}

async function decode({ path, file }: ClientFile): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    throw new InputError(
      "data.images.decode",
      `${path} cannot be decoded as a picture by this browser (${(cause as Error).message}): replace or remove it, or save it as PNG or JPEG.`,
      { at: path, cause },
    );
  }
}

/** The picture on black, at its own size if possible; the bitmap is given back. */
function pixelsOf(bitmap: ImageBitmap): ImageData {
  const scale = Math.min(1, Math.sqrt(mostPixels / (bitmap.width * bitmap.height)));
  const width = Math.max(1, Math.floor(bitmap.width * scale));
  const height = Math.max(1, Math.floor(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", {
    alpha: false,
    willReadFrequently: true,
  })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
