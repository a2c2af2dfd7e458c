import { describe, expect, test } from "vitest";
import { BufferedConnection } from "./buffered-connection.ts";
import { MAX_PIECE } from "./control.ts";
import { HandClock } from "./testing/hand-clock.ts";
import { memoryConnections, type Piece } from "./testing/memory-connection.ts";

function buffered(limit = 4) {
  const [mine, theirs] = memoryConnections();
  return { connection: new BufferedConnection(mine, limit), mine, theirs, clock: new HandClock() };
}

const ping = (id: number) => JSON.stringify({ kind: "ping", id });
const refusal = (code: string) => expect.objectContaining({ name: "SessionError", code });

/** Takes a connection over; what came, and how often it was told of the end. */
function listening(connection: BufferedConnection) {
  const pieces: Piece[] = [];
  const state = { pieces, closed: 0 };
  connection.listen({
    text: (text) => pieces.push(text),
    bytes: (bytes) => pieces.push(bytes),
    closed: () => state.closed++,
  });
  return state;
}

describe("a connection in its handshake", () => {
  test("hands out control messages one at a time, those that came and those to come", async () => {
    const { connection, theirs, clock } = buffered();
    theirs.sendText(ping(1));
    theirs.sendText(ping(2));
    expect(await connection.next(clock, 10)).toEqual({ kind: "ping", id: 1 });
    expect(await connection.next(clock, 10)).toEqual({ kind: "ping", id: 2 });
    const third = connection.next(clock, 10);
    theirs.sendText(ping(3));
    expect(await third).toEqual({ kind: "ping", id: 3 });
    expect(clock.waiting).toBe(0);
  });

  test("waits only so long", async () => {
    const { connection, theirs, clock } = buffered();
    const next = connection.next(clock, 10);
    clock.pass(9.9);
    theirs.sendText(ping(1));
    expect(await next).toMatchObject({ id: 1 });
    const late = connection.next(clock, 10);
    clock.pass(10);
    await expect(late).rejects.toEqual(refusal("session.timeout"));
  });

  test("tells of an end, but not before what had come", async () => {
    const { connection, theirs, clock } = buffered();
    theirs.sendText(ping(1));
    theirs.close();
    expect(await connection.next(clock, 10)).toMatchObject({ id: 1 });
    await expect(connection.next(clock, 10)).rejects.toEqual(refusal("session.closed"));
    expect(clock.waiting).toBe(0);
  });

  test("refuses bytes, and text that is no control message", async () => {
    const { connection, theirs, clock } = buffered();
    theirs.sendBytes(Uint8Array.of(1));
    await expect(connection.next(clock, 10)).rejects.toEqual(refusal("session.order"));
    theirs.sendText("hello");
    await expect(connection.next(clock, 10)).rejects.toEqual(refusal("session.control"));
  });

  test("gives what nobody asked for to whoever takes over, in order, and the end after it", async () => {
    const { connection, theirs, clock } = buffered();
    theirs.sendText(ping(1));
    theirs.sendText(ping(2));
    theirs.sendBytes(Uint8Array.of(7));
    await connection.next(clock, 10);
    const early = listening(connection);
    expect(early.pieces).toEqual([ping(2), Uint8Array.of(7)]);
    theirs.sendText(ping(3));
    await Promise.resolve();
    expect(early.pieces).toHaveLength(3);
    theirs.close();
    await expect.poll(() => early.closed).toBe(1);

    const gone = buffered();
    gone.theirs.sendText(ping(1));
    gone.theirs.close();
    await expect(gone.connection.next(gone.clock, 10)).resolves.toMatchObject({ id: 1 });
    await expect(gone.connection.next(gone.clock, 10)).rejects.toEqual(refusal("session.closed"));
    expect(listening(gone.connection)).toEqual({ pieces: [], closed: 1 });
  });

  test.each([
    { what: "too many pieces", send: [ping(1), ping(2), ping(3), ping(4), ping(5)] },
    { what: "too large a piece", send: [ping(1), new Uint8Array(MAX_PIECE + 1)] },
    { what: "too long a text", send: ["x".repeat(MAX_PIECE + 1)] },
  ])("keeps nothing of a stranger who sends $what, whatever still comes", async ({ send }) => {
    const clock = new HandClock();
    // Like a socket, it delivers for a while after it was closed.
    let arrive: (piece: Piece) => void = () => {};
    let closed = 0;
    const connection = new BufferedConnection(
      {
        ...{ sendText: () => {}, sendBytes: () => {}, drained: async () => {}, close: () => closed++ },
        listen: ({ text, bytes }) => {
          arrive = (piece) => (typeof piece === "string" ? text(piece) : bytes(piece));
        },
      },
      4,
    );
    for (const piece of send) arrive(piece);
    for (let i = 0; i < 10; i++) arrive(ping(9));
    expect(closed).toBe(1);
    await expect(connection.next(clock, 10)).rejects.toEqual(refusal("session.rate"));
    expect(listening(connection)).toEqual({ pieces: [], closed: 1 });
  });

  test("keeps what is within its limits", async () => {
    const { connection, mine } = buffered(4);
    const pieces = [ping(1), new Uint8Array(MAX_PIECE), ping(3), "x".repeat(MAX_PIECE)];
    for (const piece of pieces) mine.arrive(piece);
    const { pieces: kept, closed } = listening(connection);
    expect(kept.every((piece, i) => piece === pieces[i])).toBe(true);
    expect([kept.length, closed]).toEqual([4, 0]);
  });
});
