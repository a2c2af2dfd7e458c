/** Light of each byte in [0, 1]: the sRGB transfer function of IEC 61966-2-1. */
const light = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/**
 * The grey that is as bright as a colour: its luminance by ITU-R BT.709, which weighs light rather than bytes, as a
 * byte of sRGB. sharp's "b-w" is the same.
 */
export function grey(red: number, green: number, blue: number): number {
  const luminance = 0.2126 * light[red] + 0.7152 * light[green] + 0.0722 * light[blue];
  const value = luminance <= 0.0031308 ? 12.92 * luminance : 1.055 * luminance ** (1 / 2.4) - 0.055;
  return Math.round(255 * value);
}
