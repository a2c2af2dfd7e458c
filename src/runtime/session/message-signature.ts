/**
 * The signatures of a session's messages: Ed25519 over everything that says which message of which session one is,
 * and over its digest. So a message that is forged, replayed, reordered or of another session or run is not genuine.
 */
import { fromBase64url, toBase64url } from "./base64url.ts";
import { type Identity, verify } from "./identity.ts";
import type { Announcement } from "./incoming-message.ts";

export type Side = "client" | "server";

/** @param binding what both sides derived from their handshake; 32 bytes */
export async function signMessage(
  identity: Identity,
  binding: Uint8Array,
  side: Side,
  announcement: Announcement,
  digest: Promise<Uint8Array>,
): Promise<string> {
  return toBase64url(await identity.sign(signedBytes(binding, side, announcement, await digest)));
}

/** @param side the one that must have signed */
export async function isGenuine(
  key: CryptoKey,
  signature: string,
  binding: Uint8Array,
  side: Side,
  announcement: Announcement,
  digest: Promise<Uint8Array>,
): Promise<boolean> {
  const bytes = fromBase64url(signature);
  return bytes !== undefined && verify(key, bytes, signedBytes(binding, side, announcement, await digest));
}

const encoder = new TextEncoder();

function signedBytes(
  binding: Uint8Array,
  side: Side,
  { sequence, bytes, to, from }: Announcement,
  digest: Uint8Array,
): Uint8Array {
  const label = encoder.encode(
    JSON.stringify(["coterie message 1", side, sequence, bytes, to ?? null, from ?? null]),
  );
  const signed = new Uint8Array(label.length + binding.length + digest.length);
  signed.set(label);
  signed.set(binding, label.length);
  signed.set(digest, label.length + binding.length);
  return signed;
}
