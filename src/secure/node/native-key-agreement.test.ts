import { expect, test } from "vitest";
import { SecureRandom } from "../../numeric/secure-random.ts";
import { portableKeyAgreement } from "../key-agreement.ts";
import { nativeKeyAgreement } from "./native-key-agreement.ts";

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

test.each([
  ["portable", portableKeyAgreement],
  ["native", nativeKeyAgreement],
])("%s: Bob's key of RFC 7748, section 6.1", (_, agreement) => {
  const alice = new Uint8Array(32).fill(7);
  const bob = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  const bobPublic = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  expect(agreement.publicKey(bob)).toEqual(bobPublic);
  const alicePublic = agreement.publicKey(alice);
  expect(agreement.sharedSecret(alice, bobPublic)).toEqual(agreement.sharedSecret(bob, alicePublic));
  expect(agreement.sharedSecret(alice, new Uint8Array(32))).toBeUndefined();
  expect(agreement.sharedSecret(alice, new Uint8Array(31).fill(9))).toBeUndefined();
});

test("both give the same for any keys, the highest bit of a public key set or not", () => {
  const random = SecureRandom.fromSeed(new Uint8Array(32).fill(4));
  for (let i = 0; i < 20; i++) {
    const [own, other] = [random.bytes(32), random.bytes(32)];
    expect(nativeKeyAgreement.publicKey(own)).toEqual(portableKeyAgreement.publicKey(own));
    expect(nativeKeyAgreement.sharedSecret(own, other)).toEqual(
      portableKeyAgreement.sharedSecret(own, other),
    );
  }
});
