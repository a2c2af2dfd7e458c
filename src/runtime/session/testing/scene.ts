/** A reception, and clients that reach it over memory or sockets; for tests that see a session from end to end. */
import { onTestFinished } from "vitest";
import type { Clock } from "../../host/clock.ts";
import { systemClock } from "../../node/system-clock.ts";
import type { PartyId } from "../../party.ts";
import type { Connection } from "../connection.ts";
import type { SessionError } from "../control.ts";
import { Dial, type DialOptions, type DialStatus } from "../dial.ts";
import type { Claim, Welcome } from "../handshake.ts";
import { createIdentity } from "../identity.ts";
import { Reception, type ReceptionLimits } from "../reception.ts";
import type { Address } from "../session.ts";
import { happenings } from "./happenings.ts";
import { memoryConnections } from "./memory-connection.ts";

/** A way to a reception. */
export interface Transport {
  connect(): Promise<Connection>;
  /** Ends what is left of it. */
  close(): Promise<void>;
}

export type OpenTransport = (reception: Reception) => Promise<Transport>;

export const overMemory: OpenTransport = async (reception) => {
  const connections: Connection[] = [];
  return {
    async connect() {
      const [mine, theirs] = memoryConnections();
      connections.push(mine);
      reception.accept(theirs);
      return mine;
    },
    async close() {
      for (const connection of connections) connection.close();
    },
  };
};

const MIB = 2 ** 20;
export const LIMITS: ReceptionLimits = {
  maxMessageBytes: 8 * MIB,
  heartbeat: 10,
  controlsPerSecond: 2000,
  grace: 30,
  pending: 64,
  incomingBytes: 16 * MIB,
};

export interface SceneOptions {
  readonly transport?: OpenTransport;
  readonly limits?: Partial<ReceptionLimits>;
  readonly clock?: Clock;
  readonly admit?: (claim: Claim) => Promise<PartyId>;
  readonly joined?: () => void;
}

export interface ClientOptions extends Partial<DialOptions> {
  /** Pieces after which the n-th connection breaks, both directions together. Default: never. */
  readonly lives?: (n: number) => number;
}

export async function setScene(options: SceneOptions = {}) {
  const { transport: open = overMemory, limits, clock = systemClock, admit = byName } = options;
  const { tell, until } = happenings();
  const log: string[] = [];
  const frames: { from: PartyId; frame: Uint8Array; to: readonly PartyId[] | undefined }[] = [];
  const refused: string[] = [];
  const identity = await createIdentity();
  const serve = () =>
    new Reception({
      ...{ identity, clock, admit, limits: { ...LIMITS, ...limits } },
      joined(client) {
        log.push(`${client} joined`);
        options.joined?.();
        tell();
      },
      left(client, reason) {
        log.push(`${client} left: ${reason}`);
        tell();
      },
      deliver(from, frame, to) {
        frames.push({ from, frame, to });
        tell();
      },
      refuse(from, { code }) {
        refused.push(`${from ?? "stranger"} ${code}`);
        tell();
      },
    });
  let reception = serve();
  let transport = await open(reception);
  const dials: Dial[] = [];
  onTestFinished(async () => {
    for (const dial of dials) dial.leave();
    await transport.close();
  });

  const client = async (name: string, { lives, ...given }: ClientOptions = {}) => {
    const received: { frame: Uint8Array; address: Address }[] = [];
    const refusals: SessionError[] = [];
    const statuses: DialStatus[] = [];
    const welcomes: Welcome[] = [];
    const connections: Connection[] = [];
    const ends: Parameters<DialOptions["over"]>[0][] = [];
    const dial = new Dial({
      async connect() {
        const connection = breakingAfter(await transport.connect(), lives?.(connections.length));
        connections.push(connection);
        return connection;
      },
      ...{ clock, name, identity: await createIdentity(), maxMessageBytes: LIMITS.maxMessageBytes },
      expect: async () => {},
      random: () => 0,
      renewed(welcome) {
        welcomes.push(welcome);
        tell();
      },
      deliver(frame, address) {
        received.push({ frame, address });
        tell();
      },
      refuse(error) {
        refusals.push(error);
        tell();
      },
      status(status) {
        statuses.push(status);
        tell();
      },
      over(end) {
        ends.push(end);
        tell();
      },
      ...given,
    });
    dials.push(dial);
    dial.start();
    return { dial, received, refusals, statuses, welcomes, connections, ends };
  };
  return {
    ...{ identity, log, frames, refused, until, tell, client },
    get reception() {
      return reception;
    },
    /** Another connection, without a handshake. */
    connect: () => transport.connect(),
    /** The server dies, and another one with the same key takes its place. */
    async restart(): Promise<void> {
      await transport.close();
      reception = serve();
      transport = await open(reception);
    },
  };
}

/** Everyone gets the name that they would like. */
async function byName({ name }: Claim): Promise<PartyId> {
  return name ?? "anonymous";
}

/** The connection, until it breaks after so many pieces in either direction. */
function breakingAfter(connection: Connection, pieces = Number.POSITIVE_INFINITY): Connection {
  let left = pieces;
  const pass = (act: () => void) => {
    if (--left > 0) act();
    else connection.close();
  };
  return {
    sendText: (text) => pass(() => connection.sendText(text)),
    sendBytes: (bytes) => pass(() => connection.sendBytes(bytes)),
    drained: () => connection.drained(),
    close: () => connection.close(),
    listen: (listener) =>
      connection.listen({
        text: (text) => pass(() => listener.text(text)),
        bytes: (bytes) => pass(() => listener.bytes(bytes)),
        closed: () => listener.closed(),
      }),
  };
}
