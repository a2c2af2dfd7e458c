import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { isPublicKey, type KeyAgreement } from "../key-agreement.ts";

/** By OpenSSL: some twenty times faster than in JavaScript. The bytes of a secret key must stay what they are. */
export const nativeKeyAgreement: KeyAgreement = {
  publicKey(secretKey) {
    const { x } = createPublicKey(secretKeyOf(secretKey)).export({ format: "jwk" });
    return new Uint8Array(Buffer.from(x!, "base64url"));
  },
  sharedSecret(secretKey, peer) {
    if (!isPublicKey(peer)) return undefined;
    // By this format (RFC 8037) in a fraction of the time that DER takes.
    const x = Buffer.from(peer).toString("base64url");
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
    return new Uint8Array(diffieHellman({ privateKey: secretKeyOf(secretKey), publicKey }));
  },
};

/** DER of RFC 8410 before the 32 bytes of a secret key. */
const SECRET = Buffer.from("302e020100300506032b656e04220420", "hex");

/** To make one takes longer than to use it, and a key meets many peers. */
const known = new WeakMap<Uint8Array, KeyObject>();

function secretKeyOf(secretKey: Uint8Array): KeyObject {
  let key = known.get(secretKey);
  if (!key) {
    key = createPrivateKey({ key: Buffer.concat([SECRET, secretKey]), format: "der", type: "pkcs8" });
    known.set(secretKey, key);
  }
  return key;
}
