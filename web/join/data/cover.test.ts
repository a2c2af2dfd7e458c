import sharp from "sharp";
import { expect, it } from "vitest";
import { SimulationRandom } from "../../../src/numeric/random.ts";
import { cover } from "./cover.ts";
import { grey } from "./grey.ts";

/** Rectangles and waves of random colours: edges, slopes and fine structure, as pictures have them. */
function picture(width: number, height: number): Uint8ClampedArray {
  const random = SimulationRandom.fromSeed(width * 10_000 + height);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  const shapes = Array.from({ length: 30 }, () => ({
    left: random.uniform() * width,
    top: random.uniform() * height,
    wide: random.uniform() * 0.4 * width,
    high: random.uniform() * 0.4 * height,
    colour: [random.integer(256), random.integer(256), random.integer(256)],
    wave: random.uniform() / 2,
  }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const { left, top, wide, high, colour, wave } of shapes) {
        if (x < left || y < top || x > left + wide || y > top + high) continue;
        const swing = 30 * Math.sin(wave * (x + 2 * y));
        colour.forEach((value, channel) => {
          rgba[(y * width + x) * 4 + channel] = value + swing;
        });
      }
    }
  }
  return rgba;
}

it.each([
  [200, 150, 28, 28],
  [1000, 800, 28, 28],
  [300, 420, 64, 100],
  [31, 29, 28, 28],
  [56, 56, 28, 28],
  [28, 28, 28, 28],
  [20, 16, 28, 28],
  [8, 30, 64, 32],
  [1, 1, 4, 4],
  [700, 3, 2, 2],
])("fits %i x %i to %i rows and %i columns as sharp does", async (width, height, rows, columns) => {
  const rgba = picture(width, height);
  const wanted = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize(columns, rows, { fit: "cover" })
    .flatten()
    .raw({ depth: "uchar" })
    .toBuffer();
  const got = cover(rgba, width, height, rows, columns);
  expect(got).toHaveLength(wanted.length);
  const errors = wanted.map((value, at) => Math.abs(value - got[at]));
  expect(Math.max(...errors)).toBeLessThanOrEqual(16);
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(1);
});

it("leaves a picture of the right size as it is", () => {
  const rgba = picture(28, 20);
  expect([...cover(rgba, 28, 20, 20, 28)]).toEqual([...rgba].filter((_, at) => at % 4 !== 3));
});

it("sees grey as sharp does", async () => {
  const random = SimulationRandom.fromSeed(1);
  const rgb = Uint8Array.from({ length: 3 * 1024 }, () => random.integer(256));
  rgb.set([0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77]);
  const wanted = await sharp(rgb, { raw: { width: 32, height: 32, channels: 3 } })
    .toColourspace("b-w")
    .raw({ depth: "uchar" })
    .toBuffer();
  wanted.forEach((value, at) => {
    expect(Math.abs(grey(rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]) - value)).toBeLessThanOrEqual(1);
  });
});
