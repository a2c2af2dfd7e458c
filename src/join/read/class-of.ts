/** Which class a client's word for it means. */

/** Characters that some file system forbids in names. */
const forbidden = /[/\\:*?"<>|]/g;

/** How folders of the classes are called: as the classes, with `_` for what folders cannot be called. */
export function folderNames(classNames: readonly string[]): string[] {
  // Some file systems take letters with accents apart.
  return classNames.map((name) => name.replace(forbidden, "_").normalize("NFC"));
}

/**
 * The label that a cell of a table of pixels stands for; undefined if none. Published tables of images give the
 * class by its number, as IDX files do, so a number will do where no class is called like one.
 */
export function labelOfCell(cell: string, classNames: readonly string[]): number | undefined {
  const named = classNames.indexOf(cell);
  if (named >= 0) return named;
  const isNumber = (text: string) => /^\d{1,4}$/.test(text);
  if (!isNumber(cell) || classNames.some(isNumber)) return undefined;
  return Number(cell) < classNames.length ? Number(cell) : undefined;
}
