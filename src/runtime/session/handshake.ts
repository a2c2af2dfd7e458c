/**
 * How two strangers come to a session. Four messages, each covering all before it:
 *
 * 1. client: `hello`, its public key, a nonce, the name it would like;
 * 2. server: `challenge`, its public key, a nonce; signed. The client stops here unless it is the server it expects.
 * 3. client: `proof`, that it holds a join token (never the token itself), or that it continues a session; signed.
 * 4. server: `welcome`, signed.
 *
 * Either side may answer `refused` instead; that alone is not signed, and who is in between can make it up.
 *
 * Signatures are Ed25519 over the digest of all message bodies so far, so neither side can be fed messages of another
 * handshake. The digest of all four binds the signatures of the session's messages to it.
 */
import { z } from "zod";
import type { Clock } from "../host/clock.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import type { BufferedConnection } from "./buffered-connection.ts";
import { formatControl, SessionError } from "./control.ts";
import { sha256 } from "./frame-digest.ts";
import { type Identity, importPublicKey, verify } from "./identity.ts";

const VERSION = 1;
const NONCE_BYTES = 32;
/** Seconds that a side waits for each message of the other. */
const PATIENCE = 10;

const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const bytes16 = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const name = z.string().max(64);

const hello = z.strictObject({
  step: z.literal("hello"),
  version: z.number(),
  key: bytes32,
  nonce: bytes32,
  name: name.optional(),
});
const challenge = z.strictObject({
  step: z.literal("challenge"),
  version: z.number(),
  key: bytes32,
  nonce: bytes32,
});
const proof = z.strictObject({
  step: z.literal("proof"),
  token: z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/), proof: bytes32 }).optional(),
  resume: z.strictObject({ session: bytes16, received: count }).optional(),
});
const welcome = z.strictObject({
  step: z.literal("welcome"),
  session: bytes16,
  name,
  resumed: z.boolean(),
  received: count,
  maxMessageBytes: count,
  heartbeat: z.number().positive().max(3600),
});

/** What a client says of itself; all of it proved. */
export interface Claim {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly key: Uint8Array;
  readonly name?: string | undefined;
  /** Proof over `transcript` that the client holds the token of this id; yet to be checked. */
  readonly token?: { readonly id: string; readonly proof: Uint8Array } | undefined;
  readonly transcript: Uint8Array;
  readonly resume?: Resume | undefined;
}

export interface Resume {
  readonly session: string;
  /** Messages that have been delivered to the side that asks. */
  readonly received: number;
}

export interface Welcome {
  readonly session: string;
  readonly name: string;
  readonly resumed: boolean;
  /** Messages that have been delivered to the server. */
  readonly received: number;
  /** Largest message that the server takes. */
  readonly maxMessageBytes: number;
  readonly heartbeat: number;
}

/**
 * The client's side.
 *
 * @param options.expect throws when the server's raw public key is not the expected one
 * @param options.prove proof that the client holds its token, over the transcript
 * @throws SessionError `session.*`; the connection is then of no more use
 */
export async function greetServer(
  connection: BufferedConnection,
  options: {
    readonly clock: Clock;
    readonly identity: Identity;
    readonly name?: string | undefined;
    readonly resume?: Resume | undefined;
    readonly expect: (key: Uint8Array) => Promise<void>;
    readonly prove?: (transcript: Uint8Array) => Promise<{ id: string; proof: Uint8Array }>;
  },
): Promise<{ welcome: Welcome; binding: Uint8Array; peerKey: CryptoKey }> {
  const { clock, identity, name, resume, expect, prove } = options;
  const talk = new Talk(connection, clock);
  await talk.say({
    ...{ step: "hello", version: VERSION, key: toBase64url(identity.publicKey), nonce: nonce() },
    ...(name !== undefined && { name }),
  });
  const challenged = await talk.hear(challenge);
  checkVersion(challenged.body.version);
  const key = fromBase64url(challenged.body.key)!;
  const peerKey = await importKey(key);
  await challenged.check(peerKey);
  await expect(key);
  const token = await prove?.(challenged.digest);
  await talk.say(
    {
      step: "proof",
      ...(token && { token: { id: token.id, proof: toBase64url(token.proof) } }),
      ...(resume && { resume }),
    },
    identity,
  );
  const welcomed = await talk.hear(welcome);
  await welcomed.check(peerKey);
  const { body, digest: binding } = welcomed;
  if (body.resumed && body.session !== resume?.session) {
    throw new SessionError(
      "session.handshake",
      "The server goes on with a session that is not this client's.",
    );
  }
  return { welcome: body, binding, peerKey };
}

/**
 * The server's side.
 *
 * @param options.admit decides on the client, and throws a SessionError to refuse it
 * @throws SessionError `session.*`; the client has been told and the connection is of no more use
 */
export async function receiveClient<Admitted extends { readonly welcome: Welcome }>(
  connection: BufferedConnection,
  options: {
    readonly clock: Clock;
    readonly identity: Identity;
    readonly admit: (claim: Claim) => Promise<Admitted>;
  },
): Promise<{ admitted: Admitted; binding: Uint8Array; peerKey: CryptoKey }> {
  const { clock, identity, admit } = options;
  const talk = new Talk(connection, clock);
  try {
    const { body: greeting } = await talk.hear(hello);
    checkVersion(greeting.version);
    const key = fromBase64url(greeting.key)!;
    const peerKey = await importKey(key);
    const own = toBase64url(identity.publicKey);
    const transcript = await talk.say(
      { step: "challenge", version: VERSION, key: own, nonce: nonce() },
      identity,
    );
    const proved = await talk.hear(proof);
    await proved.check(peerKey);
    const { token, resume } = proved.body;
    const admitted = await admit({
      ...{ key, transcript, name: greeting.name, resume },
      token: token && { id: token.id, proof: fromBase64url(token.proof)! },
    });
    // From here to the session nothing may wait: the client sends as soon as it is welcome.
    const binding = await talk.say({ step: "welcome", ...admitted.welcome }, identity);
    return { admitted, binding, peerKey };
  } catch (cause) {
    // Whoever asks to be let in may not end the process by it, and learns nothing about what is wrong here.
    const reason = "The server cannot let anybody in at the moment; try again later.";
    const error =
      cause instanceof SessionError ? cause : new SessionError("session.internal", reason, { cause });
    connection.sendText(formatControl({ kind: "refused", code: error.code, reason: error.message }));
    throw error;
  }
}

/** The messages of one handshake, as both sides see them. */
class Talk {
  readonly #connection: BufferedConnection;
  readonly #clock: Clock;
  readonly #bodies: string[] = [];

  constructor(connection: BufferedConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Answers the digest of everything said so far, this included; 32 bytes. */
  async say(body: object, identity?: Identity): Promise<Uint8Array> {
    const text = JSON.stringify(body);
    const digest = await this.#add(text);
    const signature = identity && toBase64url(await identity.sign(digest));
    this.#connection.sendText(
      formatControl({ kind: "handshake", body: text, ...(signature !== undefined && { signature }) }),
    );
    return digest;
  }

  /**
   * The other side's next message, the digest of everything said so far, and a check that the owner of a key has
   * signed it.
   */
  async hear<T>(
    schema: z.ZodType<T>,
  ): Promise<{ body: T; digest: Uint8Array; check: (key: CryptoKey) => Promise<void> }> {
    const control = await this.#connection.next(this.#clock, PATIENCE);
    if (control.kind === "refused") throw new SessionError(control.code, control.reason);
    if (control.kind !== "handshake") throw new SessionError("session.order", "The handshake is not over.");
    const parsed = schema.safeParse(parseJson(control.body));
    if (!parsed.success) {
      throw new SessionError("session.handshake", "A message of the handshake is malformed.");
    }
    const digest = await this.#add(control.body);
    const check = async (key: CryptoKey): Promise<void> => {
      const signature = fromBase64url(control.signature ?? "");
      if (signature && (await verify(key, signature, digest))) return;
      throw new SessionError("session.signature", "A message of the handshake is not signed as it must be.");
    };
    return { body: parsed.data, digest, check };
  }

  #add(body: string): Promise<Uint8Array> {
    this.#bodies.push(body);
    return sha256(encoder.encode(JSON.stringify(["coterie handshake 1", ...this.#bodies])));
  }
}

function checkVersion(version: number): void {
  if (version === VERSION) return;
  const reason = `The peer speaks version ${version} of the session protocol, this program ${VERSION}; bring both to one release.`;
  throw new SessionError("session.version", reason);
}

async function importKey(raw: Uint8Array): Promise<CryptoKey> {
  try {
    return await importPublicKey(raw);
  } catch {
    throw new SessionError("session.key", "The peer's public key is not an Ed25519 key.");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nonce(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}

const encoder = new TextEncoder();
