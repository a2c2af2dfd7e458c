import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  createIdentity,
  exportPrivateKey,
  fingerprint,
  generateKeyPair,
  identityOf,
  importPrivateKey,
  importPublicKey,
  shortFingerprint,
  TEXT_OF_32_BYTES,
  verify,
} from "./identity.ts";

const hex = (text: string) => Buffer.from(text, "hex");
/** An Ed25519 private key in PKCS #8, put together by hand from RFC 8410, section 7. */
const pkcs8 = (seed: string) => hex(`302e020100300506032b657004220420${seed}`);

/** RFC 8032, section 7.1, tests 1 to 3: secret key, public key, message, signature. */
const vectors = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
];

describe("identity", () => {
  it.each(vectors)("signs and verifies as in RFC 8032: %s", async (seed, publicKey, message, signature) => {
    const identity = await identityOf(await importPrivateKey(pkcs8(seed)));
    expect(Buffer.from(identity.publicKey).toString("hex")).toBe(publicKey);
    expect(Buffer.from(await identity.sign(hex(message))).toString("hex")).toBe(signature);
    const key = await importPublicKey(hex(publicKey));
    expect(await verify(key, hex(signature), hex(message))).toBe(true);
  });

  it("verifies its own signature and nothing else", async () => {
    const [identity, other] = [await createIdentity(), await createIdentity()];
    const message = new Uint8Array([1, 2, 3]);
    const signature = await identity.sign(message);
    expect(signature).toHaveLength(64);
    const key = await importPublicKey(identity.publicKey);
    expect(await verify(key, signature, message)).toBe(true);
    expect(await verify(await importPublicKey(other.publicKey), signature, message)).toBe(false);
    expect(await verify(key, signature, new Uint8Array([1, 2]))).toBe(false);
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = signature.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect(await verify(key, changed, message), `bit ${bit}`).toBe(false);
    }
  });

  it("answers false, and never throws, for what is no signature or no point of the curve", async () => {
    const identity = await createIdentity();
    const message = new Uint8Array(3);
    const key = await importPublicKey(identity.publicKey);
    for (const length of [0, 1, 63, 65, 10_000]) {
      expect(await verify(key, new Uint8Array(length), message)).toBe(false);
    }
    expect(await verify(key, "signature" as never, message)).toBe(false);
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const foreign = await crypto.subtle.importKey("raw", new Uint8Array(32), hmac, false, ["verify"]);
    expect(await verify(foreign, new Uint8Array(64), message)).toBe(false);
    // 2 is no y coordinate; 1 is the neutral element, in whose name R = 1, S = 0 would sign everything.
    const neutral = new Uint8Array(64);
    neutral[0] = 1;
    for (const y of [2, 1]) {
      const raw = new Uint8Array(32);
      raw[0] = y;
      expect(await verify(await importPublicKey(raw), neutral, message)).toBe(false);
    }
  });

  it.each([0, 31, 33, 64])("refuses a public key of %i bytes", async (length) => {
    await expect(importPublicKey(new Uint8Array(length))).rejects.toMatchObject({ code: "session.key" });
  });

  it("gives a private key away only where that was asked for", async () => {
    const pair = await generateKeyPair({ extractable: false });
    await expect(exportPrivateKey(pair)).rejects.toThrow();
    const exported = await exportPrivateKey(await generateKeyPair({ extractable: true }));
    expect(exported).toEqual(await exportPrivateKey(await importPrivateKey(exported)));
  });

  it("refuses private keys of another kind", async () => {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const foreign = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
    for (const bytes of [foreign, pkcs8("00"), new Uint8Array(0)]) {
      await expect(importPrivateKey(bytes)).rejects.toMatchObject({ code: "session.key" });
    }
  });

  it("names a key by its SHA-256", async () => {
    const publicKey = hex(vectors[0][1]);
    const digest = createHash("sha256").update(publicKey).digest();
    const text = await fingerprint(publicKey);
    expect(text).toBe(digest.toString("base64url"));
    expect(text).toMatch(TEXT_OF_32_BYTES);
    expect(shortFingerprint(text)).toBe("21fe 31df a154 a261");
    expect(digest.toString("hex").slice(0, 16)).toBe("21fe31dfa154a261");
  });
});
