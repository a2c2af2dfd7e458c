import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TEXT_OF_32_BYTES } from "./identity.ts";
import { checkTokenProof, issueToken, proveToken, tokenHash, tokenId, tokenRecord } from "./token.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** RFC 4231, tests 1 to 4: key, data, HMAC-SHA-256. The keys are padded with zeros to 32 bytes, as HMAC itself does. */
const vectors: [string, string, string][] = [
  ["0b".repeat(20), "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
  [
    "4a656665",
    "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  ["aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
  [
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
];

describe("join tokens", () => {
  it.each(vectors)("check the proofs of RFC 4231: %s", async (key, data, proof) => {
    const hash = Buffer.from(key.padEnd(64, "0"), "hex").toString("base64url");
    const transcript = Buffer.from(data, "hex");
    const bytes = Buffer.from(proof, "hex");
    expect(await checkTokenProof(hash, transcript, bytes)).toBe(true);
    bytes[31] ^= 1;
    expect(await checkTokenProof(hash, transcript, bytes)).toBe(false);
  });

  it("are proven as Node's own hash and HMAC say", async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, fc.uint8Array({ maxLength: 300 }), async (secret, transcript) => {
        const token = Buffer.from(secret).toString("base64url");
        const hash = createHash("sha256").update(secret).digest();
        const proof = createHmac("sha256", hash).update(transcript).digest();
        expect(Buffer.from(await proveToken(token, transcript))).toEqual(proof);
        expect(await tokenHash(token)).toBe(hash.toString("base64url"));
        expect(await tokenId(await tokenHash(token))).toBe(
          createHash("sha256").update(hash).digest("hex").slice(0, 16),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("prove nothing about another token, another transcript, or in another length", async () => {
    const [one, two] = [await issueToken("client", "single"), await issueToken("client", "single")];
    const transcript = new Uint8Array([1, 2, 3]);
    const proof = await proveToken(one.token, transcript);
    expect(await checkTokenProof(one.record.hash, transcript, proof)).toBe(true);
    expect(await checkTokenProof(two.record.hash, transcript, proof)).toBe(false);
    expect(await checkTokenProof(one.record.hash, new Uint8Array([1, 2]), proof)).toBe(false);
    for (const wrong of [proof.subarray(0, 31), new Uint8Array(0), new Uint8Array(33), new Uint8Array(1e5)]) {
      expect(await checkTokenProof(one.record.hash, transcript, wrong)).toBe(false);
    }
  });

  it("are issued anew each time, and their record does not hold them", async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, () => issueToken("observer", "reusable")));
    expect(new Set(issued.map(({ token }) => token)).size).toBe(50);
    for (const { token, record } of issued) {
      expect(token).toMatch(TEXT_OF_32_BYTES);
      expect(tokenRecord.parse(record)).toEqual(record);
      expect(record).toMatchObject({ role: "observer", uses: "reusable" });
      expect(JSON.stringify(record)).not.toContain(token);
    }
  });
});
