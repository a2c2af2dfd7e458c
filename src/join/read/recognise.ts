/** What a client's files are, told from their names alone. */
import { isPicture } from "../../data/pictures.ts";
import { InputError } from "../../errors.ts";

/** The files of a client that belong together; paths are among those given. */
export type Found =
  | { readonly kind: "csv" | "parquet"; readonly path: string }
  | { readonly kind: "idx"; readonly images: string; readonly labels: string }
  | { readonly kind: "pictures"; readonly paths: readonly string[] };

/** Most files that are looked at. */
export const mostFiles = 1_000_000;

/**
 * A single table, a pair of IDX files, or pictures. Files of other kinds are passed over; undefined when there is
 * nothing else.
 * @param paths with `/` between folders
 * @param where the place of them all, for errors
 * @throws InputError `data.client.limit`, `data.client.several`, `data.client.pair`
 */
export function recognise(paths: readonly string[], where: string): Found | undefined {
  if (paths.length > mostFiles) throw tooManyFiles(where);
  const given = new Set(paths);
  // Unpacking often leaves the packed file behind.
  const own = paths.filter((path) => !(/\.gz$/i.test(path) && given.has(path.slice(0, -3))));
  const csv = own.filter((path) => /\.csv(\.gz)?$/i.test(path));
  const parquet = own.filter((path) => /\.parquet$/i.test(path));
  const images = own.filter((path) => isIdx(path, "images"));
  const labels = own.filter((path) => isIdx(path, "labels"));
  const pictures = own.filter(isPicture);

  const kinds = [csv, parquet, [...images, ...labels], pictures].filter((files) => files.length > 0);
  if (kinds.length === 0) return undefined;
  if (kinds.length > 1) throw several(where, [kinds[0][0], kinds[1][0]]);
  if (pictures.length > 0) return { kind: "pictures", paths: pictures };
  for (const files of [csv, parquet, images, labels]) if (files.length > 1) throw several(where, files);
  if (csv.length === 1) return { kind: "csv", path: csv[0] };
  if (parquet.length === 1) return { kind: "parquet", path: parquet[0] };
  if (images.length === 1 && labels.length === 1)
    return { kind: "idx", images: images[0], labels: labels[0] };
  const [path, present, missing] =
    images.length === 1 ? [images[0], "images", "labels"] : [labels[0], "labels", "images"];
  throw new InputError(
    "data.client.pair",
    `${path} holds the ${present} of a pair of IDX files, but the file with its ${missing} is not there: give both.`,
    { at: path },
  );
}

/** The other file of a pair of IDX files, `train-labels-idx1-ubyte.gz` for `train-images-idx3-ubyte`. */
export function idxPartner(path: string, candidates: readonly string[]): string | undefined {
  const partner = isIdx(path, "images") ? "labels" : "images";
  if (partner === "images" && !isIdx(path, "labels")) return undefined;
  return candidates.find((other) => isIdx(other, partner) && stem(other) === stem(path));
}

/** What the names of two files of a pair have in common. */
function stem(path: string): string {
  return baseName(path)
    .toLowerCase()
    .replace(/\.gz$/, "")
    .replace(/images|labels/, "")
    .replace(/idx\d/, "");
}

function isIdx(path: string, part: "images" | "labels"): boolean {
  return (part === "images" ? /images.*idx\d/i : /labels.*idx1/i).test(baseName(path));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function tooManyFiles(where: string): InputError {
  return new InputError(
    "data.client.limit",
    `${where} holds more than ${mostFiles} files: give a folder with the run's data alone.`,
    { at: where },
  );
}

function several(where: string, files: readonly string[]): InputError {
  return new InputError(
    "data.client.several",
    `${where} holds more than one set of data, ${files[0]} and ${files[1]}: give the one to train on.`,
    { at: where },
  );
}
