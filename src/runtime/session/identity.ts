/**
 * Who a party is: an Ed25519 key pair (RFC 8032) that it made itself. Others know it by its public key's
 * fingerprint. All cryptography is the platform's own WebCrypto, the same in Node and in browsers.
 */
import { InputError } from "../../errors.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { sha256 } from "./frame-digest.ts";
import { toHex } from "./hex.ts";

/** One that can sign; the private key stays inside. */
export interface Identity {
  /** 32 bytes (RFC 8032, section 5.1.5). */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** 32 bytes in base64url, written in the one way that leaves no bits over: fingerprints, tokens, hashes. */
export const TEXT_OF_32_BYTES = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** A new identity whose private key cannot leave this process or tab. */
export async function createIdentity(): Promise<Identity> {
  return identityOf(await generateKeyPair({ extractable: false }));
}

/** @param options `extractable`: whether the private key may be written to a file */
export async function generateKeyPair(options: { extractable: boolean }): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey("Ed25519", options.extractable, ["sign", "verify"]);
}

/** The identity of an Ed25519 key pair. */
export async function identityOf(pair: CryptoKeyPair): Promise<Identity> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    publicKey,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, view(bytes))),
  };
}

/** The private key of an extractable pair in PKCS #8 (RFC 8410); a secret. */
export async function exportPrivateKey(pair: CryptoKeyPair): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
}

/**
 * The key pair of a private key in PKCS #8, which implies the public key.
 *
 * @throws InputError `session.key` when the bytes are no Ed25519 private key
 */
export async function importPrivateKey(pkcs8: Uint8Array): Promise<CryptoKeyPair> {
  try {
    const privateKey = await crypto.subtle.importKey("pkcs8", view(pkcs8), "Ed25519", true, ["sign"]);
    const { x } = await crypto.subtle.exportKey("jwk", privateKey);
    const publicKey = await importPublicKey(fromBase64url(x!)!);
    return { privateKey, publicKey };
  } catch (cause) {
    throw new InputError("session.key", "The private key is not an Ed25519 key in PKCS #8.", { cause });
  }
}

/**
 * A peer's public key, to verify with.
 *
 * @param raw 32 bytes; whether they are a point of the curve shows only in {@link verify}
 * @throws InputError `session.key` when they cannot be a key
 */
export async function importPublicKey(raw: Uint8Array): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("raw", view(raw), "Ed25519", true, ["verify"]);
  } catch (cause) {
    throw new InputError("session.key", "A public key must be the 32 bytes of an Ed25519 key.", { cause });
  }
}

/** Whether `signature` over `bytes` was made with the key; false for whatever is no signature at all. */
export async function verify(
  publicKey: CryptoKey,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify("Ed25519", publicKey, view(signature), view(bytes));
  } catch {
    return false;
  }
}

/** What a key is known by: SHA-256 of its 32 bytes, as 43 characters of base64url. */
export async function fingerprint(publicKey: Uint8Array): Promise<string> {
  return toBase64url(await sha256(publicKey));
}

/**
 * A fingerprint to show and to compare by eye: the first 8 of its 32 bytes, such as `21fe 31df a154 a261`. Two
 * keys that share it can be made on purpose; machines compare whole fingerprints.
 */
export function shortFingerprint(fingerprint: string): string {
  return toHex(fromBase64url(fingerprint)!.subarray(0, 8)).replace(/(....)(?=.)/g, "$1 ");
}

/** WebCrypto refuses shared memory by type; whoever hands it over gets an error from WebCrypto itself. */
function view(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
