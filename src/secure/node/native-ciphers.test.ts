import { describe, expect, it, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { type Ciphers, portableCiphers } from "../ciphers.ts";
import { nativeCiphers } from "./native-ciphers.ts";

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const both: (readonly [string, Ciphers])[] = [
  ["portable", portableCiphers],
  ["native", nativeCiphers],
];

function draw(ciphers: Ciphers, key: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const fill = ciphers.keystream(key);
  return lengths.map((length) => {
    const bytes = new Uint8Array(length).fill(1);
    fill(bytes);
    return bytes;
  });
}

describe.each(both)("%s", (_, ciphers) => {
  const key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const nonce = hex("070000004041424344454647");
  const context = hex("50515253c0c1c2c3c4c5c6c7");
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
  const plain = new TextEncoder().encode(text);
  const sealed = hex(
    "070000004041424344454647" +
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6" +
      "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36" +
      "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc" +
      "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
  );

  it("seals as RFC 8439 does, section 2.8.2", () => {
    expect(ciphers.seal(key, nonce, context, plain)).toEqual(sealed);
    expect(ciphers.open(key, context, sealed)).toEqual(plain);
  });

  it("opens nothing that was changed", () => {
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i] ^= 1 << (i % 8);
      expect(ciphers.open(key, context, changed)).toBeUndefined();
    }
    for (const length of [28, sealed.length - 1]) {
      expect(ciphers.open(key, context, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(ciphers.open(key, context.subarray(1), sealed)).toBeUndefined();
    expect(ciphers.open(key.toReversed(), context, sealed)).toBeUndefined();
  });

  it("makes the keystream of RFC 8439, appendix A.1, vectors 1, 2 and 4", () => {
    const [first] = draw(ciphers, new Uint8Array(32), [128]);
    expect(first).toEqual(
      hex(
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
          "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586" +
          "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
          "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
      ),
    );
    const [, fourth] = draw(ciphers, new Uint8Array(32).fill(255, 1, 2), [128, 64]);
    expect(fourth).toEqual(
      hex(
        "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca" +
          "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
      ),
    );
  });
});

test("both seal alike, and open what the other has sealed", () => {
  const secrets = SecureRandom.fromSeed(new Uint8Array(32).fill(5));
  for (const length of [0, 1, 63, 64, 65, 1000, 300_001]) {
    const [key, nonce, context] = [secrets.bytes(32), secrets.bytes(12), secrets.bytes(length % 50)];
    const plain = secrets.bytes(length + 1).subarray(1);
    const [a, b] = both.map(([, ciphers]) => ciphers.seal(key, nonce, context, plain));
    expect(Buffer.compare(a, b)).toBe(0);
    // Also where it does not begin at a whole word.
    const shifted = new Uint8Array([0, ...a]).subarray(1);
    for (const [, ciphers] of both) {
      const opened = ciphers.open(key, context, shifted)!;
      expect(Buffer.compare(opened, plain)).toBe(0);
      expect(opened.slice().buffer.byteLength).toBe(length);
    }
  }
});

test("both make the same keystream, however it is cut up", () => {
  const random = SimulationRandom.fromSeed(1);
  const lengths = [65536, 65536, ...Array.from({ length: 30 }, () => random.integer(3000))];
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const [a, b, c] = [
    draw(portableCiphers, key, lengths),
    draw(nativeCiphers, key, lengths),
    draw(nativeCiphers, key, lengths.toReversed()),
  ].map((parts) => Buffer.concat(parts));
  expect(a.equals(b) && b.equals(c)).toBe(true);
});
