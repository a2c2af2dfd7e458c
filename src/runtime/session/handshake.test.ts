import { describe, expect, test } from "vitest";
import { systemClock } from "../node/system-clock.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { BufferedConnection } from "./buffered-connection.ts";
import { SessionError } from "./control.ts";
import { sha256 } from "./frame-digest.ts";
import { type Claim, greetServer, type Resume, receiveClient, type Welcome } from "./handshake.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { memoryConnections, type Piece } from "./testing/memory-connection.ts";
import { checkTokenProof, issueToken, proveToken, tokenHash, tokenId } from "./token.ts";

const SESSION = "A".repeat(22);

interface Meeting {
  readonly name?: string;
  readonly resume?: Resume;
  readonly expect?: (key: Uint8Array) => Promise<void>;
  readonly token?: string;
  readonly admit?: (claim: Claim) => Promise<void>;
  readonly welcome?: Partial<Welcome>;
  /** Changes the n-th message of the four on its way; undefined drops it. */
  readonly tamper?: (n: number, piece: string) => Piece | undefined;
  readonly server?: Identity;
  readonly client?: Identity;
}

/** Client and server shake hands through somebody who may change what they say. */
async function meet(meeting: Meeting = {}) {
  const { name, resume, token, admit, tamper = (_, piece) => piece } = meeting;
  const client = meeting.client ?? (await createIdentity());
  const server = meeting.server ?? (await createIdentity());
  const [near, far] = memoryConnections();
  const said: string[] = [];
  for (const end of [near, far]) {
    end.tamper = (piece) => {
      said.push(piece as string);
      return tamper(said.length, piece as string);
    };
  }
  const claims: Claim[] = [];
  const received = receiveClient(new BufferedConnection(far, 4), {
    clock: systemClock,
    identity: server,
    async admit(claim) {
      claims.push(claim);
      await admit?.(claim);
      const welcome = { session: SESSION, name: "ann", resumed: false, received: 0 };
      return { welcome: { ...welcome, maxMessageBytes: 1000, heartbeat: 10, ...meeting.welcome } };
    },
  });
  const greeted = greetServer(new BufferedConnection(near, 4), {
    ...{ clock: systemClock, identity: client, name, resume },
    expect: meeting.expect ?? (async () => {}),
    ...(token !== undefined && {
      prove: async (transcript: Uint8Array) => ({
        id: await tokenId(await tokenHash(token)),
        proof: await proveToken(token, transcript),
      }),
    }),
  });
  const outcome = async <T>(promise: Promise<T>) =>
    promise.then(
      (value) => ({ value, code: undefined }),
      (error) => {
        // A side that stops closes its end.
        if (!(error instanceof SessionError)) throw error;
        near.close();
        return { value: undefined, code: error.code };
      },
    );
  const [clientEnd, serverEnd] = await Promise.all([outcome(greeted), outcome(received)]);
  return { client, server, said, claims, clientEnd, serverEnd };
}

const bodyOf = (text: string) => JSON.parse(JSON.parse(text).body);
/** The message with another body, its signature as it was. */
function withBody(text: string, change: object): string {
  const control = JSON.parse(text);
  return JSON.stringify({ ...control, body: JSON.stringify({ ...bodyOf(text), ...change }) });
}

describe("the handshake", () => {
  test("gives both sides the same binding, and the other's key", async () => {
    const { client, server, clientEnd, serverEnd, claims, said } = await meet({ name: "ann" });
    expect(clientEnd.value!.welcome).toMatchObject({ session: SESSION, name: "ann", heartbeat: 10 });
    expect(clientEnd.value!.binding).toEqual(serverEnd.value!.binding);
    expect(claims).toMatchObject([{ name: "ann", token: undefined, resume: undefined }]);
    expect(Buffer.from(claims[0].key)).toEqual(Buffer.from(client.publicKey));
    expect(bodyOf(said[1]).key).toBe(toBase64url(server.publicKey));
    // By the description: the digest of the four bodies.
    const bodies = said.map((text) => JSON.parse(text).body);
    const digest = await sha256(new TextEncoder().encode(JSON.stringify(["coterie handshake 1", ...bodies])));
    expect(clientEnd.value!.binding).toEqual(digest);
  });

  test("is another one each time", async () => {
    const [client, server] = [await createIdentity(), await createIdentity()];
    const bindings = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { clientEnd } = await meet({ client, server });
      bindings.add(toBase64url(clientEnd.value!.binding));
    }
    expect(bindings.size).toBe(3);
  });

  test("proves to hold a token without telling it, for this handshake only", async () => {
    const { token, record } = await issueToken("client", "single");
    const proofs: boolean[] = [];
    const admit = async ({ token: shown, transcript }: Claim) => {
      expect(shown!.id).toBe(record.id);
      proofs.push(await checkTokenProof(record.hash, transcript, shown!.proof));
    };
    const first = await meet({ token, admit });
    expect(first.said.join()).not.toContain(token);
    const stolen = bodyOf(first.said[2]).token;
    const second = await meet({
      admit: async ({ transcript }) => {
        proofs.push(await checkTokenProof(record.hash, transcript, fromBase64url(stolen.proof)!));
      },
    });
    expect(second.serverEnd.code).toBeUndefined();
    expect(proofs).toEqual([true, false]);
  });

  test("tells the server which session is to go on, and the client whether it does", async () => {
    const resume = { session: SESSION, received: 7 };
    const { claims, clientEnd } = await meet({ resume, welcome: { resumed: true, received: 3 } });
    expect(claims[0].resume).toEqual(resume);
    expect(clientEnd.value!.welcome).toMatchObject({ resumed: true, received: 3 });
  });

  test.each([
    { what: "nothing", resume: undefined },
    { what: "another session", resume: { session: "B".repeat(22), received: 0 } },
  ])("is refused by a client that asked for $what when the server goes on", async ({ resume }) => {
    const { clientEnd } = await meet({ ...(resume && { resume }), welcome: { resumed: true } });
    expect(clientEnd.code).toBe("session.handshake");
  });

  test("ends with the server's word when the client is not admitted, and the server knows why", async () => {
    const { clientEnd, serverEnd } = await meet({
      admit: async () => {
        throw new SessionError("session.banned", "This key has been excluded by an operator.");
      },
    });
    expect([clientEnd.code, serverEnd.code]).toEqual(["session.banned", "session.banned"]);
  });

  test("ends before anything is proved when the server is not the expected one", async () => {
    const { clientEnd, serverEnd, said, claims } = await meet({
      expect: async () => {
        throw new SessionError("session.server-key", "Another server.");
      },
    });
    expect([clientEnd.code, serverEnd.code]).toEqual(["session.server-key", "session.closed"]);
    expect([said.length, claims.length]).toEqual([2, 0]);
  });

  const other = "B".repeat(43);
  test.each([
    { what: "another name", n: 1, change: { name: "eve" } },
    { what: "another nonce of the client", n: 1, change: { nonce: other } },
    { what: "another key of the client", n: 1, change: { key: other } },
    { what: "another nonce of the server", n: 2, change: { nonce: other } },
    { what: "another key of the server", n: 2, change: { key: other } },
    { what: "a token", n: 3, change: { token: { id: "0".repeat(16), proof: other } } },
    { what: "a session to go on with", n: 3, change: { resume: { session: SESSION, received: 0 } } },
    { what: "another session", n: 4, change: { session: "B".repeat(22) } },
    { what: "another name for the client", n: 4, change: { name: "eve" } },
    { what: "more that was received", n: 4, change: { received: 5 } },
    { what: "a longer heartbeat", n: 4, change: { heartbeat: 3600 } },
  ])("is refused when somebody in between writes $what into message $n", async ({ n, change }) => {
    const { clientEnd, serverEnd, claims } = await meet({
      tamper: (count, piece) => (count === n ? withBody(piece, change) : piece),
    });
    expect(clientEnd.value).toBeUndefined();
    if (n < 4) {
      expect([serverEnd.value, claims]).toEqual([undefined, []]);
      expect([clientEnd.code, serverEnd.code]).toContain("session.signature");
    } else expect(clientEnd.code).toBe("session.signature");
  });

  test("is refused when the words mean the same but are written differently", async () => {
    const { clientEnd } = await meet({
      tamper(count, piece) {
        const control = JSON.parse(piece);
        return count === 4 ? JSON.stringify({ ...control, body: ` ${control.body}` }) : piece;
      },
    });
    expect(clientEnd.code).toBe("session.signature");
  });

  test("is refused when a message of an earlier one is played again", async () => {
    const [client, server] = [await createIdentity(), await createIdentity()];
    const earlier = await meet({ client, server });
    for (const n of [2, 3, 4]) {
      const { clientEnd, serverEnd } = await meet({
        ...{ client, server },
        tamper: (count, piece) => (count === n ? earlier.said[n - 1] : piece),
      });
      expect([clientEnd.code, serverEnd.code], `message ${n}`).toContain("session.signature");
      expect(clientEnd.value).toBeUndefined();
      if (n < 4) expect(serverEnd.value).toBeUndefined();
    }
  });

  test.each([
    { what: "no signature", n: 2, code: "session.signature", change: { signature: undefined } },
    { what: "no signature", n: 3, code: "session.signature", change: { signature: undefined } },
    { what: "no signature", n: 4, code: "session.signature", change: { signature: undefined } },
    { what: "no JSON", n: 1, code: "session.handshake", change: { body: "hello" } },
    { what: "another step", n: 1, code: "session.handshake", change: { body: '{"step":"welcome"}' } },
    { what: "nothing of a session", n: 3, code: "session.order", change: undefined },
    { what: "a longer body", n: 1, code: "session.control", change: { body: "x".repeat(8193) } },
  ])("is refused with $what in message $n", async ({ n, code, change }) => {
    const { clientEnd, serverEnd } = await meet({
      tamper: (count, piece) =>
        count !== n
          ? piece
          : change === undefined
            ? '{"kind":"ping","id":1}'
            : JSON.stringify({ ...JSON.parse(piece), ...change }),
    });
    expect([clientEnd.code, serverEnd.code]).toContain(code);
  });

  test.each([1, 2])("names the versions when message %i is of another one", async (n) => {
    const { clientEnd, serverEnd } = await meet({
      tamper: (count, piece) => (count === n ? withBody(piece, { version: 2 }) : piece),
    });
    expect([clientEnd.code, serverEnd.code]).toContain("session.version");
  });

  test("is refused with one more field than it has", async () => {
    const { serverEnd } = await meet({
      tamper: (count, piece) => (count === 1 ? withBody(piece, { admin: true }) : piece),
    });
    expect(serverEnd.code).toBe("session.handshake");
  });
});
