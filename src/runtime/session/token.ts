/**
 * Join tokens: 32 random bytes in an invitation link. The server keeps only their SHA-256, and whoever joins proves
 * to have the token without sending it: an HMAC (RFC 2104) over what both sides said in their handshake, keyed with
 * that hash. So a proof is worth nothing in another handshake, and a token cannot be had from the server's files;
 * the hash, however, is enough to make a proof, and those files stay secret for that reason.
 */
import { z } from "zod";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { sha256 } from "./frame-digest.ts";
import { toHex } from "./hex.ts";
import { TEXT_OF_32_BYTES } from "./identity.ts";

/** Clients train, observers look on, operators may also steer. */
export const role = z.enum(["client", "observer", "operator"]);
export type Role = z.infer<typeof role>;

/** What the server keeps of a token; plain data. */
export const tokenRecord = z.strictObject({
  /** The first 8 bytes of the hash's SHA-256, in hexadecimal: names the token, tells nothing about it. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  hash: z.string().regex(TEXT_OF_32_BYTES),
  role,
  uses: z.enum(["single", "reusable"]),
  /** Fingerprint of the key that used up a single-use token. */
  spentBy: z.string().regex(TEXT_OF_32_BYTES).optional(),
});
export type TokenRecord = Readonly<z.infer<typeof tokenRecord>>;

/** A new token, for the link, and what the server keeps of it. */
export async function issueToken(
  role: Role,
  uses: TokenRecord["uses"],
): Promise<{ readonly token: string; readonly record: TokenRecord }> {
  const token = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  const hash = await tokenHash(token);
  return { token, record: { id: await tokenId(hash), hash, role, uses } };
}

/** SHA-256 of the token's bytes, in base64url. */
export async function tokenHash(token: string): Promise<string> {
  return toBase64url(await sha256(fromBase64url(token)!));
}

/** @param hash from {@link tokenHash} */
export async function tokenId(hash: string): Promise<string> {
  return toHex((await sha256(fromBase64url(hash)!)).subarray(0, 8));
}

/**
 * Proves to have the token: HMAC-SHA-256 with the token's hash as key; 32 bytes.
 *
 * @param transcript what both sides said so far, with fresh randomness of both
 */
export async function proveToken(token: string, transcript: Uint8Array): Promise<Uint8Array> {
  const key = await hmacKey(await tokenHash(token), "sign");
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, transcript as Uint8Array<ArrayBuffer>));
}

/** Whether the proof was made with the token of this hash; in a time that tells nothing about how far it is off. */
export async function checkTokenProof(
  hash: string,
  transcript: Uint8Array,
  proof: Uint8Array,
): Promise<boolean> {
  const key = await hmacKey(hash, "verify");
  return crypto.subtle.verify(
    "HMAC",
    key,
    proof as Uint8Array<ArrayBuffer>,
    transcript as Uint8Array<ArrayBuffer>,
  );
}

function hmacKey(hash: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", fromBase64url(hash)!, algorithm, false, [usage]);
}
