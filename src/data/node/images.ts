import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type Sharp from "sharp";
import { InputError } from "../../errors.ts";
import { allocate, shareLabels } from "../allocate.ts";
import type { Examples } from "../examples.ts";
import { sortedNames } from "../names.ts";
import { isPicture, type PictureShape, pictureExtensions } from "../pictures.ts";
import type { ImagesSource } from "../sources.ts";
import { fileError, locate } from "./files.ts";
import { resolveInPackage } from "./package.ts";

/** Pictures decoded at once: enough to keep the decoder's threads busy, few enough to bound memory. */
const batch = 16;

/**
 * A folder of pictures, one sub-folder per class (sorted: by value if all are whole numbers), decoded by sharp:
 * turned upright, scaled to cover `size` x `size` pixels and cropped in the middle, transparency on black, grey
 * or red-green-blue planes, bytes with scale 1/255 and shape [channels, size, size]. Hidden files and files that
 * are not pictures by their extension are skipped.
 * @throws InputError `data.images.size`, `data.images.classes`, `data.images.empty`, `data.images.decode`,
 *   `data.package.missing`, `data.file.missing`, `data.file.unreadable`
 */
export async function loadImages(
  source: ImagesSource,
  baseFolder: string,
): Promise<{ train: Examples; test: Examples | undefined; classNames: readonly string[] }> {
  const { size = 28, channels = 1 } = source;
  if (!Number.isInteger(size) || size < 1 || size > 1024) {
    throw new InputError(
      "data.images.size",
      `data.size is ${size}, but must be a whole number of pixels from 1 to 1024.`,
      {
        at: "data.size",
      },
    );
  }
  const root = locate(source.images, baseFolder);
  if (statSync(root, { throwIfNoEntry: false })?.isFile()) {
    throw new InputError("data.file.unreadable", `${root} is a file, but a folder is needed.`, { at: root });
  }
  const shape = [channels, size, size] as const;
  const read = async (folder: string, classNames: readonly string[]): Promise<Examples> => {
    const pictures = await listPictures(folder, classNames);
    const paths = pictures.map(({ path }) => path);
    return {
      features: await decodePictures(paths, shape, baseFolder),
      scale: 1 / 255,
      shape,
      labels: shareLabels(pictures.map(({ label }) => label)),
      classes: classNames.length,
    };
  };

  const top = await listFolders(root);
  if (top.length !== 2 || !top.includes("train") || !top.includes("test")) {
    const classNames = checkClasses(top, root);
    return { train: await read(root, classNames), test: undefined, classNames };
  }
  const classNames = checkClasses(await listFolders(join(root, "train")), join(root, "train"));
  const unknown = (await listFolders(join(root, "test"))).find((name) => !classNames.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      "data.images.classes",
      `${join(root, "test", unknown)} is a class without training pictures: add ${join(root, "train", unknown)}.`,
      { at: join(root, "test", unknown) },
    );
  }
  const train = await read(join(root, "train"), classNames);
  return { train, test: await read(join(root, "test"), classNames), classNames };
}

interface Picture {
  readonly path: string;
  readonly label: number;
}

function checkClasses(names: readonly string[], folder: string): string[] {
  if (names.length >= 2) return sortedNames(names);
  throw new InputError(
    "data.images.classes",
    `${folder} has ${names.length} sub-folder${names.length === 1 ? "" : "s"}, but needs one for each of at least two classes.`,
    { at: folder },
  );
}

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    throw fileError(folder, cause);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name);
}

/** The pictures of every class that has a folder, in sorted order: what the file system lists first is no matter. */
async function listPictures(folder: string, classNames: readonly string[]): Promise<Picture[]> {
  const present = await listFolders(folder);
  const pictures: Picture[] = [];
  for (const name of classNames.filter((name) => present.includes(name))) {
    const files = (await readdir(join(folder, name)))
      .filter((file) => !file.startsWith(".") && isPicture(file))
      .sort();
    if (files.length === 0) {
      throw new InputError(
        "data.images.empty",
        `${join(folder, name)} holds no pictures (${pictureExtensions.join(", ")}): add some or remove the folder.`,
        { at: join(folder, name) },
      );
    }
    const label = classNames.indexOf(name);
    for (const file of files) pictures.push({ path: join(folder, name, file), label });
  }
  if (pictures.length === 0) {
    throw new InputError("data.images.empty", `${folder} holds no pictures.`, { at: folder });
  }
  return pictures;
}

/**
 * Pixels of each picture as bytes, one picture after the other: [channels, rows, columns], grey (one channel) or
 * red, green and blue planes. See {@link loadImages} for how a picture is fitted.
 * @throws InputError `data.images.decode`, `data.package.missing`
 */
export async function decodePictures(
  paths: readonly string[],
  shape: PictureShape,
  baseFolder: string,
): Promise<Uint8Array> {
  const module = resolveInPackage("sharp", baseFolder, "A folder of images");
  const { default: sharp } = (await import(pathToFileURL(module).href)) as { default: typeof Sharp };
  const [channels, rows, columns] = shape;
  const area = rows * columns;
  const features = new Uint8Array(allocate(paths.length * channels * area));
  for (let start = 0; start < paths.length; start += batch) {
    await Promise.all(
      paths.slice(start, start + batch).map(async (path, i) => {
        const pixels = await decodeOne(sharp, path, shape);
        const offset = (start + i) * channels * area;
        // Interleaved pixels to planes: channels, rows, columns.
        for (let channel = 0; channel < channels; channel++) {
          for (let at = 0; at < area; at++) {
            features[offset + channel * area + at] = pixels[at * channels + channel];
          }
        }
      }),
    );
  }
  return features;
}

async function decodeOne(
  sharp: typeof Sharp,
  path: string,
  [channels, rows, columns]: PictureShape,
): Promise<Uint8Array> {
  try {
    return await sharp(path)
      .rotate()
      .resize(columns, rows, { fit: "cover" })
      .flatten()
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer();
  } catch (cause) {
    throw new InputError(
      "data.images.decode",
      `${path} cannot be decoded as a picture (${(cause as Error).message}): replace or remove it.`,
      { at: path, cause },
    );
  }
}
