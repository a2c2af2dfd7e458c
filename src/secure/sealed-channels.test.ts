import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";
import { x25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { RunError } from "../errors.ts";
import { P31 } from "../numeric/field31.ts";
import { SecureRandom } from "../numeric/secure-random.ts";
import { isPublicKey } from "./key-agreement.ts";
import { asBytes, asField, SealedChannels } from "./sealed-channels.ts";

const seeded = (n: number) => new SealedChannels(SecureRandom.fromSeed(new Uint8Array(32).fill(n)));
const [ada, ben, eve] = [seeded(1), seeded(2), seeded(3)];
const plain = Uint8Array.from({ length: 100 }, (_, i) => i);
const context = "round 3, attempt 1, ada to ben, share";

describe("sealed channels", () => {
  it("open for the one they are meant for, again and again", () => {
    for (const text of [plain, new Uint8Array(0), plain]) {
      const sealed = ada.seal(ben.publicKey, context, text);
      expect(sealed.length).toBe(text.length + 28);
      expect(ben.open(ada.publicKey, context, sealed)).toEqual(text);
    }
    // Fresh nonces: nothing repeats.
    expect(ada.seal(ben.publicKey, context, plain)).not.toEqual(ada.seal(ben.publicKey, context, plain));
  });

  it("are what they say, by another implementation", () => {
    const sealed = ada.seal(ben.publicKey, context, plain);
    // DER of RFC 8410 around the 32 bytes of each key.
    const secretKey = createPrivateKey({
      key: Buffer.concat([
        Buffer.from("302e020100300506032b656e04220420", "hex"),
        ben.snapshot() as Uint8Array,
      ]),
      format: "der",
      type: "pkcs8",
    });
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), ada.publicKey]),
      format: "der",
      type: "spki",
    });
    const shared = diffieHellman({ privateKey: secretKey, publicKey });
    const info = Buffer.concat([Buffer.from("coterie sealed channel 1"), ada.publicKey, ben.publicKey]);
    const key = Buffer.from(hkdfSync("sha256", shared, Buffer.alloc(0), info, 32));
    const cipher = createDecipheriv("chacha20-poly1305", key, sealed.subarray(0, 12), { authTagLength: 16 });
    cipher.setAAD(Buffer.from(context), { plaintextLength: plain.length });
    cipher.setAuthTag(sealed.subarray(-16));
    expect(new Uint8Array(Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]))).toEqual(
      plain,
    );
  });

  it("do not open for others, in other contexts, or back to where they came from", () => {
    const sealed = ada.seal(ben.publicKey, context, plain);
    expect(eve.open(ada.publicKey, context, sealed)).toBeUndefined();
    expect(ben.open(eve.publicKey, context, sealed)).toBeUndefined();
    expect(ben.open(ada.publicKey, `${context}s`, sealed)).toBeUndefined();
    expect(ada.open(ben.publicKey, context, sealed)).toBeUndefined();
  });

  it("do not open when a bit is changed, or bytes are missing or added", () => {
    const sealed = ada.seal(ben.publicKey, context, plain);
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i] ^= 1 << (i % 8);
      expect(ben.open(ada.publicKey, context, changed)).toBeUndefined();
    }
    for (const length of [0, 1, 12, 27, 28, sealed.length - 1]) {
      expect(ben.open(ada.publicKey, context, sealed.subarray(0, length))).toBeUndefined();
    }
    expect(ben.open(ada.publicKey, context, new Uint8Array([...sealed, 0]))).toBeUndefined();
  });

  it("survive a snapshot", () => {
    const again = SealedChannels.restore(structuredClone(ben.snapshot()), SecureRandom.platform());
    expect(again.publicKey).toEqual(ben.publicKey);
    expect(again.open(ada.publicKey, context, ada.seal(ben.publicKey, context, plain))).toEqual(plain);
    expect(ada.open(again.publicKey, context, again.seal(ada.publicKey, context, plain))).toEqual(plain);
  });

  it("know keys from what is none: of the wrong length, or a point of small order", () => {
    expect(isPublicKey(ada.publicKey)).toBe(true);
    const small = new Uint8Array(32);
    small[0] = 1;
    for (const none of [small, new Uint8Array(32), new Uint8Array(31), new Uint8Array(33).fill(9), "key"]) {
      expect(isPublicKey(none)).toBe(false);
      if (typeof none === "string") continue;
      expect(() => ada.seal(none, context, plain)).toThrow(RunError);
      expect(ada.open(none, context, ada.seal(ben.publicKey, context, plain))).toBeUndefined();
    }
  });
});

describe("a public key", () => {
  const p = 2n ** 255n - 19n;
  const e8 = 325606250916557431795983626356110631294008115727848805560023387167927233504n;
  const f8 = 39382357235489614581723060781553021112529911719440698176882885853963445705823n;
  const bytesOf = (number: bigint) =>
    Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));

  it.each([0n, 1n, p - 1n, e8, f8, p, p + 1n, 2n ** 255n, 2n ** 255n + 1n, 2n ** 255n + e8])(
    "is no point of small order: %s",
    (number) => {
      expect(isPublicKey(bytesOf(number))).toBe(false);
      expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(1), bytesOf(number))).toThrow();
    },
  );

  it.each([2n, 9n, p - 2n, p + 2n, e8 + 1n, f8 - 1n, 2n ** 255n + 9n])("may be any other: %s", (number) => {
    expect(isPublicKey(bytesOf(number))).toBe(true);
    expect(x25519.getSharedSecret(new Uint8Array(32).fill(1), bytesOf(number))).toHaveLength(32);
  });
});

describe("elements of the field as bytes", () => {
  it("and back, wherever in memory they lie", () => {
    const field = Uint32Array.of(9, 0, 1, P31 - 1, 2 ** 24 + 2).subarray(1);
    const bytes = asBytes(field);
    expect([...bytes]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 254, 255, 255, 127, 2, 0, 0, 1]);
    const shifted = new Uint8Array([7, ...bytes]).subarray(1);
    expect(asField(shifted)).toEqual(field);
  });

  it("unless they are none", () => {
    expect(asField(asBytes(Uint32Array.of(1, P31)))).toBeUndefined();
    expect(asField(new Uint8Array(5))).toBeUndefined();
  });
});
