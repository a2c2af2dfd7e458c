import { allocate, shareLabels } from "../../data/allocate.ts";
import type { ImagePlan } from "../../data/data-plan.ts";
import { type Examples, size } from "../../data/examples.ts";
import { noRows } from "../../data/table/builder.ts";
import { numberOrText } from "../../data/table/cell.ts";
import type { CsvReader } from "../../data/table/csv.ts";
import { unknownClass } from "../../data/table/label.ts";
import { InputError } from "../../errors.ts";
import { labelOfCell } from "./class-of.ts";

/**
 * Reads images from a CSV text with one image a row: the class, and the image's entries in row-major order as whole
 * numbers from 0 to 255. The class stands in the column `label`, or in the first one when no column is called so.
 * There may be a header: a first row with a `label`, or with words where entries belong.
 * @throws InputError `data.client.shape`, `data.client.pixel`, `data.client.class`, `data.table.empty`
 */
export function pixelTableReader(file: string, plan: ImagePlan): CsvReader<Examples> {
  const width = size(plan.shape);
  const rows: Uint8Array[] = [];
  const labels: number[] = [];
  let labelColumn: number | undefined;

  const read = (cells: readonly string[], at: string, label: number) => {
    const known = labelOfCell(cells[label], plan.classNames);
    if (known === undefined) throw unknownClass(`${at}: the label is`, cells[label], plan.classNames, at);
    const pixels = new Uint8Array(width);
    let next = 0;
    cells.forEach((cell, column) => {
      if (column !== label) pixels[next++] = pixelOf(cell, at, column);
    });
    rows.push(pixels);
    labels.push(known);
  };

  return {
    record(cells, line) {
      const at = `${file}:${line}`;
      if (cells.length !== width + 1) {
        throw new InputError(
          "data.client.shape",
          `${at}: this row has ${cells.length} cells, but an image of this run (${plan.shape.join(" x ")}) needs ` +
            `${width + 1}, its class and ${width} pixels: bring images of this shape.`,
          { at },
        );
      }
      if (labelColumn === undefined) {
        const named = cells.findIndex((cell) => cell.toLowerCase() === "label");
        labelColumn = Math.max(0, named);
        const isHeader = named >= 0 || cells.slice(1).some((cell) => typeof numberOrText(cell) === "string");
        if (isHeader) return;
      }
      read(cells, at, labelColumn);
    },
    finish() {
      if (rows.length === 0) throw noRows(file);
      const features = new Uint8Array(allocate(rows.length * width));
      rows.forEach((pixels, row) => {
        features.set(pixels, row * width);
      });
      const { shape, scale, classNames } = plan;
      return { features, scale, shape, labels: shareLabels(labels), classes: classNames.length };
    },
  };
}

function pixelOf(cell: string, at: string, column: number): number {
  const value = Number(cell);
  if (cell !== "" && Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw new InputError(
    "data.client.pixel",
    `${at}: column ${column + 1} holds ${JSON.stringify(cell)}, but a pixel is a whole number from 0 to 255: correct the cell.`,
    { at },
  );
}
