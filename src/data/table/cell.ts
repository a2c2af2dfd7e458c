const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const notFinite = /^[+-]?(nan|inf|infinity)$/i;

/** A cell of text as the number that it spells, if it spells one; NaN and infinities are numbers. */
export function numberOrText(cell: string): number | string {
  if (number.test(cell)) return Number(cell);
  // Number() knows neither "nan" nor "inf"; a number that is not finite makes the column say where.
  return notFinite.test(cell) ? Number(cell.replace(/inf(inity)?/i, "Infinity")) : cell;
}
