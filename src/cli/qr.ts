import { renderUnicodeCompact } from "uqr";

/**
 * A QR code for the terminal: half blocks, two modules to a line, with the quiet zone of four modules that
 * scanners need (ISO/IEC 18004). The light modules are drawn, as fits terminals with a dark background; on a light
 * one the code appears inverted, which phones read too.
 */
export function qrText(text: string): string {
  return renderUnicodeCompact(text, { border: 4 });
}
