import { KeyObject, sign } from "node:crypto";
import { type Identity, identityOf } from "../session/identity.ts";

/**
 * The identity of an Ed25519 key pair, which signs in this thread: WebCrypto takes every signature to another one and
 * back, which costs more than the signature itself.
 */
export async function nativeIdentity(pair: CryptoKeyPair): Promise<Identity> {
  const { publicKey } = await identityOf(pair);
  const privateKey = KeyObject.from(pair.privateKey);
  return { publicKey, sign: async (bytes) => new Uint8Array(sign(null, bytes, privateKey)) };
}
