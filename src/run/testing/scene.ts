/**
 * A served run on loopback sockets in this process, with faults: a party dies as by `kill -9` and is started again at
 * once, or a connection breaks. A fault strikes at a moment: every piece that a party sends or receives is one for
 * it, for the server also every event and the turns of the event loop in which a round goes to disk.
 *
 * A dead server's folder is copied at that very moment, as the disk would be found, and the copy is what the next
 * life goes on with; whatever the dead one's promises still do, they do elsewhere.
 */
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type NetConnectOpts, type Socket } from "node:net";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { joinRun, type JoinEvent } from "../../join/join-run.ts";
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
  /** Moments that each party had. */
  readonly moments: ReadonlyMap<PartyId, number>;
  readonly struck: number;
  /** What anybody refused. Faults are nobody's fault: there is to be nothing. */
  readonly refusals: readonly string[];
}

const LIMITS: Partial<ReceptionLimits> = { heartbeat: 2, grace: 1 };
/** Turns of the event loop after a finished round in which it goes to disk. */
const TURNS = 12;
/** Seconds. */
const DEADLINE = 8;
const MOST_NOTES = 1000;

export function play(provisions: TestProvisions, root: string, faults: readonly Fault[]): Promise<Played> {
  return new Scene(provisions, root, faults).play();
}

class Scene {
  readonly #provisions: TestProvisions;
  readonly #root: string;
  readonly #faults: readonly Fault[];
  readonly #moments = new Map<PartyId, number>();
  /** Everything that happened, for whoever has to find out why a scene failed. */
  readonly #diary: string[] = [];
  readonly #began = performance.now();
  readonly #refusals: string[] = [];
  #struck = 0;
  #lives = 0;
  #port = 0;
  #finished!: (folder: string) => void;
  #failed!: (error: unknown) => void;
  readonly #leavers: (() => void)[] = [];
  readonly #ends = new Map<PartyId, Promise<string>>();
  readonly #zombies: Promise<unknown>[] = [];

  constructor(provisions: TestProvisions, root: string, faults: readonly Fault[]) {
    this.#provisions = provisions;
    this.#root = root;
    this.#faults = faults;
  }

  async play(): Promise<Played> {
    const failure = new Promise<never>((_, reject) => {
      this.#failed = reject;
    });
    const timer = setTimeout(() => this.#failed(new Error("It hangs.")), DEADLINE * 1000);
    try {
      return await Promise.race([failure, this.#perform()]);
    } catch (error) {
      throw new Error([JSON.stringify(this.#faults), error, ...this.#diary].join("\n"), { cause: error });
    } finally {
      clearTimeout(timer);
      for (const leave of this.#leavers) leave();
    }
  }

  async #perform(): Promise<Played> {
    const folder = await new Promise<string>((resolve) => {
      this.#finished = resolve;
      this.#serve(this.#folder());
    });
    const killed = this.#faults.filter(({ kind }) => kind === "kill").map(({ party }) => party);
    for (const [name, end] of this.#ends) {
      // Whoever was started again may have come too late to be told.
      const reason = killed.includes(name) ? "finished" : await end;
      if (reason !== "finished") throw new Error(`${name} ended as ${reason}.`);
    }
    await Promise.all(this.#zombies);
    return { folder, moments: this.#moments, struck: this.#struck, refusals: this.#refusals };
  }

  #note(party: PartyId, text: string): void {
    if (this.#diary.length === MOST_NOTES) return;
    const at = (performance.now() - this.#began).toFixed(1).padStart(7);
    this.#diary.push(`${at} ${party} [${this.#moments.get(party) ?? 0}] ${text}`);
  }

  /** The folder of the next life of the server; its name, and so the run's, is always the same. */
  #folder(): string {
    return join(this.#root, String(++this.#lives), "run");
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

  #serve(folder: string): void {
    const life = new Life();
    const dying = new AbortController();
    const moment = () =>
      this.#moment("server", () => {
        life.end();
        const next = this.#folder();
        copyFolder(folder, next);
        dying.abort();
        this.#serve(next);
      });
    const run = servePrepared(this.#provisions, {
      ...{ folder, resume: this.#lives > 1, signal: dying.signal, limits: LIMITS },
      door: async () => this.#door(life, moment),
    });
    this.#zombies.push(this.#watch(run, life, moment, folder));
  }

  async #watch(run: AsyncIterable<RunEvent>, life: Life, moment: () => void, folder: string): Promise<void> {
    try {
      let last: RunEvent | undefined;
      for await (const event of run) {
        last = event;
        if (life.isOver) continue;
        this.#note("server", describe(event));
        moment();
        if (event.kind === "round-finished") void this.#turn(life, moment);
      }
      if (life.isOver) return;
      if (last?.kind !== "run-finished") throw new Error(`The run ended with ${last?.kind}.`);
      this.#note("server", "over");
      this.#finished(folder);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #turn(life: Life, moment: () => void): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      await setImmediate();
      if (!life.isOver) moment();
    }
  }

  #door(life: Life, moment: () => void): Door {
    const { identity, clients } = this.#provisions;
    const names = new Map(Array.from(clients, ([name, client]) => [toBase64url(client.identity.publicKey), name]));
    return {
      identity,
      admit: async ({ key }) => {
        const name = names.get(toBase64url(key));
        if (name === undefined) throw new SessionError("session.token", "A stranger.");
        return name;
      },
      members: () => CLIENTS,
      refused: (from, code) => {
        if (!life.isOver) this.#refusals.push(`server ${from} ${code}`);
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

  async #listen(server: Server): Promise<void> {
    const isFirst = this.#port === 0;
    // Below the range from which outgoing connections get theirs: a client that knocks at a dead server's door could
    // take the very port, and talk to itself.
    while (!server.listening) {
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
    const { identity, trainer } = this.#provisions.clients.get(name)!;
    const life = new Life();
    const leaving = new AbortController();
    this.#leavers.push(() => leaving.abort());
    const strike = (kind: Fault["kind"], socket: Socket) => {
      if (kind === "cut") {
        socket.destroy();
        return;
      }
      life.end();
      leaving.abort();
      this.#join(name);
    };
    const end = joinRun({
      connect: async () => {
        if (life.isOver) throw new Error("This life is over.");
        let socket!: Socket;
        const createConnection = (options: NetConnectOpts) => {
          socket = life.hold(connect(options));
          return socket;
        };
        const url = `ws://127.0.0.1:${this.#port}/session`;
        const connection = await connectWebSocket(url, { createConnection } as object);
        return life.tap(connection, () => this.#moment(name, (kind) => strike(kind, socket)));
      },
      ...{ clock: systemClock, identity, name, signal: leaving.signal, random: () => 0.002 },
      expect: async () => {},
      prepare: async () => ({
        run: trainer.run.bind(trainer),
        async [Symbol.asyncDispose]() {},
      }),
      observe: (event) => {
        if (life.isOver) return;
        this.#note(name, describe(event));
        if (event.kind === "refused") this.#refusals.push(`${name} ${event.code}`);
      },
    });
    const ended = end.then((reason) => {
      if (!life.isOver) this.#note(name, `ended: ${reason}`);
      return reason;
    });
    ended.catch((error) => this.#failed(error));
    this.#ends.set(name, ended);
  }
}

/** As the disk is found after a crash; files come and go while a dead process's last operation settles. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      copyFolder(source, target);
      continue;
    }
    try {
      copyFileSync(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function describe(event: RunEvent | JoinEvent): string {
  const { kind, round, client, outcome, message, reason, code } = event as unknown as Record<string, unknown>;
  const sent = (message as { kind?: string } | undefined)?.kind;
  return [kind, round, client, outcome, sent, code, reason].filter((part) => part !== undefined).join(" ");
}
