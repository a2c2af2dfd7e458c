/**
 * A served run on loopback sockets in this process, with faults: a party dies as by `kill -9` and is started again at
 * once, or a connection breaks. A fault strikes at a moment of a party. Every piece that it sends or receives is one;
 * for the server so is every event, and so are the turns of the event loop in which a round goes to disk.
 *
 * A dead server's folder is copied at that very moment, as the disk would be found, and the copy is what its next life
 * goes on with; whatever the dead one's promises still do, they do elsewhere.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type NetConnectOpts, type Socket } from "node:net";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect } from "vitest";
import { type JoinEvent, joinRun } from "../../join/join-run.ts";
import type { RunEvent } from "../../records/events.ts";
import { systemClock } from "../../runtime/node/system-clock.ts";
import { connectWebSocket } from "../../runtime/node/websocket-client.ts";
import { acceptWebSockets } from "../../runtime/node/websocket-server.ts";
import type { PartyId } from "../../runtime/party.ts";
import { toBase64url } from "../../runtime/session/base64url.ts";
import { SessionError } from "../../runtime/session/control.ts";
import type { ReceptionLimits } from "../../runtime/session/reception.ts";
import { type Door, servePrepared } from "../serve.ts";
import type { Service } from "../service.ts";
import { copyFolder } from "./copy-folder.ts";
import { Life } from "./life.ts";
import { CLIENTS, type TestProvisions } from "./provisions.ts";

export interface Fault {
  readonly party: PartyId;
  /** Counted from 1, over all lives of the party. */
  readonly at: number;
  /** `cut` breaks the connection of the piece; it is for clients alone. */
  readonly kind: "kill" | "cut";
}

export interface Played {
  /** Where the last life of the server kept the run. */
  readonly folder: string;
  /** How many moments each party had. */
  readonly moments: ReadonlyMap<PartyId, number>;
  /** Faults that found their moment. */
  readonly struck: number;
  /** What anybody refused. Faults are nobody's fault: there is to be nothing. */
  readonly refusals: readonly string[];
}

const LIMITS: Partial<ReceptionLimits> = { heartbeat: 5, grace: 3 };
/** Turns of the event loop in which a round goes to disk, or data are read. */
const TURNS = 12;
/** Seconds after which a run hangs. */
const DEADLINE = 30;
const MOST_NOTES = 1000;

/**
 * Plays a run to its end.
 *
 * @param root a folder of this scene's own
 * @param check looks at what came of it
 * @throws Error with the faults and all that happened, when the run fails, hangs, or `check` does not like it
 */
export function play(
  provisions: TestProvisions,
  root: string,
  faults: readonly Fault[],
  check: (played: Played) => Promise<void>,
): Promise<Played> {
  return new Scene(provisions, root, faults).play(check);
}

class Scene {
  readonly #provisions: TestProvisions;
  readonly #root: string;
  readonly #faults: readonly Fault[];
  readonly #moments = new Map<PartyId, number>();
  readonly #refusals: string[] = [];
  readonly #diary: string[] = [];
  readonly #began = performance.now();
  /** All lives of the server, to their ends. */
  readonly #servers: Promise<void>[] = [];
  /** The last life of each client, to its end. */
  readonly #clients = new Map<PartyId, Promise<string>>();
  readonly #leave: (() => void)[] = [];
  #struck = 0;
  #port = 0;
  #finished!: (folder: string) => void;
  #failed!: (error: unknown) => void;

  constructor(provisions: TestProvisions, root: string, faults: readonly Fault[]) {
    this.#provisions = provisions;
    this.#root = root;
    this.#faults = faults;
  }

  async play(check: (played: Played) => Promise<void>): Promise<Played> {
    const failure = new Promise<never>((_, reject) => {
      this.#failed = reject;
    });
    const timer = setTimeout(() => this.#failed(new Error("The run hangs.")), DEADLINE * 1000);
    try {
      const played = await Promise.race([failure, this.#perform()]);
      await check(played);
      return played;
    } catch (error) {
      throw new Error([JSON.stringify(this.#faults), error, ...this.#diary].join("\n"), { cause: error });
    } finally {
      clearTimeout(timer);
      for (const leave of this.#leave) leave();
    }
  }

  async #perform(): Promise<Played> {
    const folder = await new Promise<string>((resolve) => {
      this.#finished = resolve;
      this.#serve(this.#nextFolder());
    });
    const killed = this.#faults.filter(({ kind }) => kind === "kill").map(({ party }) => party);
    for (const [name, end] of this.#clients) {
      // Whoever was started again may have come too late to be told.
      const reason = killed.includes(name) ? "finished" : await end;
      if (reason !== "finished") throw new Error(`${name} ended as ${reason}.`);
    }
    await Promise.all(this.#servers);
    return { folder, moments: this.#moments, struck: this.#struck, refusals: this.#refusals };
  }

  #note(party: PartyId, text: string): void {
    if (this.#diary.length === MOST_NOTES) return;
    const at = (performance.now() - this.#began).toFixed(1).padStart(7);
    this.#diary.push(`${at} ${party} [${this.#moments.get(party) ?? 0}] ${text}`);
  }

  /** Counts, and strikes where it is time. */
  #moment(party: PartyId, strike: (kind: Fault["kind"]) => void): void {
    const count = (this.#moments.get(party) ?? 0) + 1;
    this.#moments.set(party, count);
    for (const fault of this.#faults) {
      if (fault.party !== party || fault.at !== count) continue;
      this.#struck++;
      this.#note(party, fault.kind);
      strike(fault.kind);
    }
  }

  /** The folder of the next life of the server; its name, and so the run's, is always the same. */
  #nextFolder(): string {
    return join(this.#root, String(this.#servers.length), "run");
  }

  #serve(folder: string): void {
    const life = new Life();
    const dying = new AbortController();
    const moment = () =>
      this.#moment("server", () => {
        life.end();
        const next = this.#nextFolder();
        copyFolder(folder, next);
        dying.abort();
        this.#serve(next);
      });
    const run = servePrepared(this.#provisions, {
      ...{ folder, resume: this.#servers.length > 0, signal: dying.signal },
      ...{ limits: LIMITS, deal: true },
      door: async () => this.#door(life, moment),
    });
    this.#servers.push(
      this.#follow(run, life, moment).then(
        () => {
          if (!life.isOver) this.#finished(folder);
        },
        (error) => this.#failed(error),
      ),
    );
  }

  async #follow(run: AsyncIterable<RunEvent>, life: Life, moment: () => void): Promise<void> {
    for await (const event of run) {
      if (life.isOver) continue;
      this.#note("server", describe(event));
      moment();
      if (event.kind === "round-finished") void turn(life, moment);
    }
  }

  #door(life: Life, moment: () => void): Door {
    const { identity, clients } = this.#provisions;
    const named = Array.from(
      clients,
      ([name, each]) => [toBase64url(each.identity.publicKey), name] as const,
    );
    const names = new Map(named);
    return {
      identity,
      admit: async ({ key }) => {
        const name = names.get(toBase64url(key));
        if (name === undefined) throw new SessionError("session.token", "A stranger.");
        return name;
      },
      members: () => CLIENTS,
      refused: (from, code) => {
        if (!life.isOver) this.#refusals.push(`server: ${from} ${code}`);
      },
      open: (service) => this.#open(service, life, moment),
    };
  }

  async #open({ reception }: Service, life: Life, moment: () => void): Promise<() => Promise<void>> {
    const accept = reception.accept.bind(reception);
    reception.accept = (connection) => accept(life.tap(connection, moment));
    const server = createServer();
    server.on("connection", (socket) => life.hold(socket));
    const endWebSockets = acceptWebSockets(server, reception, { allows: () => false });
    life.hold({ destroy: () => server.close() });
    if (!life.isOver) await this.#listen(server);
    return async () => {
      server.close();
      endWebSockets();
    };
  }

  /** On a new port at first and on the same one ever after. */
  async #listen(server: Server): Promise<void> {
    const isFirst = this.#port === 0;
    while (!server.listening) {
      // Below the range from which outgoing connections get theirs: a client that knocks at a dead server's door
      // could take the very port, and talk to itself.
      const port = isFirst ? 20_000 + Math.floor(Math.random() * 10_000) : this.#port;
      server.listen(port, "127.0.0.1");
      await once(server, "listening").catch((error) => {
        if (!isFirst || error.code !== "EADDRINUSE") throw error;
      });
    }
    this.#port = (server.address() as AddressInfo).port;
    this.#note("server", "listens");
    if (isFirst) for (const name of CLIENTS) this.#join(name);
  }

  #join(name: PartyId): void {
    const { identity, examples, trainer } = this.#provisions.clients.get(name)!;
    const life = new Life();
    const leaving = new AbortController();
    this.#leave.push(() => leaving.abort());
    const connectTapped = async () => {
      if (life.isOver) throw new Error("This life is over.");
      let socket!: Socket;
      const createConnection = (options: NetConnectOpts) => {
        socket = life.hold(connect(options));
        return socket;
      };
      const strike = (kind: Fault["kind"]) => {
        if (kind === "cut") {
          socket.destroy();
          return;
        }
        life.end();
        leaving.abort();
        this.#join(name);
      };
      const url = `ws://127.0.0.1:${this.#port}/session`;
      const connection = await connectWebSocket(url, { createConnection } as object);
      return life.tap(connection, () => this.#moment(name, strike));
    };
    const end = joinRun({
      ...{ connect: connectTapped, clock: systemClock, identity, name, signal: leaving.signal },
      expect: async () => {},
      // Next to no pauses, but not a tight loop where a server is gone.
      random: () => 0.002,
      recall: async () => undefined,
      prepare: async ({ trial }) => {
        // Whoever comes to whichever life of the server is dealt the same.
        expect(trial?.examples.labels).toEqual(examples.labels);
        // Data take time to read; the server may die meanwhile.
        for (let turn = 0; turn < TURNS; turn++) await setImmediate();
        const borrowed = { run: trainer.run.bind(trainer), async [Symbol.asyncDispose]() {} };
        return { trainer: borrowed, data: trial! };
      },
      observe: (event) => {
        if (life.isOver) return;
        this.#note(name, describe(event));
        if (event.kind === "refused") this.#refusals.push(`${name}: ${event.code}`);
      },
    });
    end.catch((error) => this.#failed(error));
    this.#clients.set(name, end);
  }
}

async function turn(life: Life, moment: () => void): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await setImmediate();
    if (!life.isOver) moment();
  }
}

function describe(event: RunEvent | JoinEvent): string {
  const { kind, round, client, outcome, message, reason, code } = event as unknown as Record<string, unknown>;
  const sent = (message as { kind?: string } | undefined)?.kind;
  return [kind, round, client, outcome, sent, code, reason].filter((part) => part !== undefined).join(" ");
}
