/**
 * Fits a picture to a size: scaled to cover it, cropped in the middle. Browsers scale each in their own way, and none
 * of them like sharp, by which the server and clients in Node make their examples; so this scales as sharp's libvips
 * does, to within a few levels of 255: Lanczos with three lobes downwards (Duchon, "Lanczos filtering in one and two
 * dimensions", 1979), Keys's cubic upwards ("Cubic convolution interpolation for digital image processing", 1981),
 * first along the columns, then along the rows, with bytes between.
 */

/**
 * @param rgba pixels in row-major order, four bytes each; alpha is not looked at
 * @returns rows x columns pixels in row-major order, three bytes each
 */
export function cover(
  rgba: Uint8ClampedArray,
  width: number,
  height: number,
  rows: number,
  columns: number,
): Uint8ClampedArray {
  const shrink = Math.min(width / columns, height / rows);
  const squeezed = new Uint8ClampedArray(rows * width * 3);
  const line = new Float64Array(width * 3);
  tapsOf(height, rows, shrink).forEach(({ first, weights }, y) => {
    line.fill(0);
    weights.forEach((weight, tap) => {
      let from = (first + tap) * width * 4;
      for (let to = 0; to < line.length; from += 4) {
        line[to++] += weight * rgba[from];
        line[to++] += weight * rgba[from + 1];
        line[to++] += weight * rgba[from + 2];
      }
    });
    // The array rounds and clamps.
    squeezed.set(line, y * line.length);
  });
  const fitted = new Uint8ClampedArray(rows * columns * 3);
  const taps = tapsOf(width, columns, shrink);
  for (let at = 0; at < fitted.length; at++) {
    const pixel = Math.floor(at / 3);
    const { first, weights } = taps[pixel % columns];
    const start = (Math.floor(pixel / columns) * width + first) * 3 + (at % 3);
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) sum += weights[tap] * squeezed[start + 3 * tap];
    fitted[at] = sum;
  }
  return fitted;
}

/** What an output pixel is made of along one axis: neighbours from `first` on, with weights that add up to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** @param shrink input pixels per output pixel, along both axes */
function tapsOf(size: number, outputs: number, shrink: number): Taps[] {
  const scaled = Math.round(size / shrink);
  const cropped = Math.floor((scaled - outputs + 1) / 2);
  const isUp = shrink < 1;
  const stretch = Math.max(1, shrink);
  const reach = isUp ? 2 : 3 * shrink;
  return Array.from({ length: outputs }, (_, output) => {
    // libvips takes the middle of the picture as fixed when it shrinks, and the first pixel's edge when it enlarges.
    const centre = isUp
      ? (cropped + output) * shrink
      : size / 2 + (cropped + output + 0.5 - scaled / 2) * shrink;
    const low = Math.ceil(centre - reach - 0.5);
    const high = Math.floor(centre + reach - 0.5);
    const within = (pixel: number) => Math.min(size - 1, Math.max(0, pixel));
    const first = within(low);
    const weights = new Float64Array(within(high) - first + 1);
    for (let pixel = low; pixel <= high; pixel++) {
      const distance = (pixel + 0.5 - centre) / stretch;
      // Beyond its edge a picture goes on as it ends.
      weights[within(pixel) - first] += isUp ? cubic(distance) : lanczos(distance);
    }
    const sum = weights.reduce((a, b) => a + b);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= 3) return 0;
  return (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2;
}

function cubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
}
