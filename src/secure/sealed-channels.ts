/**
 * Sealed messages from client to client, which a server passes on and cannot read or change: X25519 (RFC 7748),
 * HKDF-SHA256 (RFC 5869) and ChaCha20-Poly1305 (RFC 8439). Keys are as trustworthy as whoever tells them: a server that
 * lies about them reads along, so this protects against one that is curious, not against one that deceives.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { RunError } from "../errors.ts";
import { isField } from "../numeric/field31.ts";
import type { SecureRandom } from "../numeric/secure-random.ts";
import { NONCE, TAG } from "./ciphers.ts";
import { type Cryptography, portableCryptography } from "./cryptography.ts";

const KEY = 32;

/** Peers whose keys are remembered; beyond them all are worked out anew. */
const MOST_PEERS = 4096;

const encoder = new TextEncoder();

interface PeerKeys {
  readonly sending: Uint8Array;
  readonly receiving: Uint8Array;
}

/** One party's end of its channels to all others: a key pair, and what follows from it and the others' public keys. */
export class SealedChannels {
  readonly publicKey: Uint8Array;
  readonly #secretKey: Uint8Array;
  readonly #random: SecureRandom;
  readonly #cryptography: Cryptography;
  readonly #peers = new Map<string, PeerKeys>();

  constructor(
    random: SecureRandom,
    cryptography: Cryptography = portableCryptography,
    secretKey: Uint8Array = random.bytes(KEY),
  ) {
    this.#random = random;
    this.#cryptography = cryptography;
    this.#secretKey = secretKey;
    this.publicKey = cryptography.publicKey(secretKey);
  }

  /** Undoes `snapshot`. */
  static restore(state: unknown, random: SecureRandom, cryptography?: Cryptography): SealedChannels {
    return new SealedChannels(random, cryptography, state as Uint8Array);
  }

  /** The secret key: as secret as what it protects. */
  snapshot(): unknown {
    return this.#secretKey.slice();
  }

  /**
   * @param peer public key of the one who is to open it
   * @param context what the message is and in which round, attempt and direction it goes, unmistakably; both sides
   *   must state the same
   * @returns 28 bytes longer: nonce, ciphertext, tag
   * @throws RunError `secure.peer-key` when `peer` is no public key
   */
  seal(peer: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
    const keys = this.#keysFor(peer);
    if (!keys)
      throw new RunError("secure.peer-key", "A message cannot be sealed: its receiver's key is not a key.");
    return this.#cryptography.seal(keys.sending, this.#random.bytes(NONCE), encoder.encode(context), plain);
  }

  /**
   * @param peer public key of the one who is said to have sealed it
   * @returns undefined unless just this was sealed by the peer, for this party, in this context
   */
  open(peer: Uint8Array, context: string, sealed: Uint8Array): Uint8Array | undefined {
    const keys = this.#keysFor(peer);
    if (!keys || sealed.length < NONCE + TAG) return undefined;
    return this.#cryptography.open(keys.receiving, encoder.encode(context), sealed);
  }

  #keysFor(peer: Uint8Array): PeerKeys | undefined {
    const name = peer.join();
    const known = this.#peers.get(name);
    if (known) return known;
    const shared = this.#cryptography.sharedSecret(this.#secretKey, peer);
    if (!shared) return undefined;
    // A key for each direction: what one has sealed cannot be sent back to it as the other's.
    const key = (from: Uint8Array, to: Uint8Array) => {
      const info = new Uint8Array([...encoder.encode("coterie sealed channel 1"), ...from, ...to]);
      return hkdf(sha256, shared, undefined, info, KEY);
    };
    const keys = { sending: key(this.publicKey, peer), receiving: key(peer, this.publicKey) };
    if (this.#peers.size === MOST_PEERS) this.#peers.clear();
    this.#peers.set(name, keys);
    return keys;
  }
}

/** The same memory as bytes; little-endian, as all machines that run this are. */
export function asBytes(field: Uint32Array): Uint8Array {
  return new Uint8Array(field.buffer, field.byteOffset, field.byteLength);
}

/**
 * Undoes {@link asBytes}: the same memory again, unless it does not begin where words do. Undefined when these are not
 * elements of the field of 2^31 - 1.
 */
export function asField(bytes: Uint8Array): Uint32Array | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const field = new Uint32Array(buffer, byteOffset, bytes.length / 4);
  return isField(field) ? field : undefined;
}
