/** Channels (1 for grey, 3 for red, green, blue), rows and columns. */
export type PictureShape = readonly [channels: 1 | 3, rows: number, columns: number];

/** Endings of files that are taken for pictures. */
export const pictureExtensions = [
  ".png",
  ".jpg",
  ".jpeg",
  ".webp",
  ".gif",
  ".tif",
  ".tiff",
  ".avif",
  ".svg",
] as const;

export function isPicture(path: string): boolean {
  const lower = path.toLowerCase();
  return pictureExtensions.some((extension) => lower.endsWith(extension));
}
