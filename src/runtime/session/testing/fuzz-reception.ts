import { SimulationRandom } from "../../../numeric/random.ts";
import type { PartyId } from "../../party.ts";
import { SessionError } from "../control.ts";
import { Dial } from "../dial.ts";
import { createIdentity } from "../identity.ts";
import { Reception } from "../reception.ts";
import type { Address } from "../session.ts";
import { count, damagePiece, type Tally, tamperWith } from "./damage.ts";
import { HandClock } from "./hand-clock.ts";
import { memoryConnections, type Piece } from "./memory-connection.ts";
import { bytesOf } from "./played-session.ts";

const MIB = 2 ** 20;
/** Pieces of a troubled client's connection, of which so many are spoilt, until the trouble is over. */
const SPOILT = 0.06;
const TROUBLE = 25;
const MESSAGES = 8;
/** Turns after which it is certain that something hangs. */
const PATIENCE = 5000;

/**
 * A reception with two clients: one whom nobody disturbs, and one on whose line somebody spoils pieces both ways, the
 * handshake included. Meanwhile strangers play what was said before, damaged. Nothing may be believed that was not
 * said, nothing twice or out of order; the undisturbed client must not notice; and when the trouble is over the
 * troubled one gets through.
 *
 * @returns how many pieces were said, and what was refused at either end
 * @throws Error when one of this does not hold
 */
export async function fuzzReception(
  seed: number,
): Promise<{ readonly pieces: number; readonly tally: Tally }> {
  const random = SimulationRandom.fromSeed(seed);
  const fail = (what: string) => new Error(`seed ${seed}: ${what}`);
  const clock = new HandClock();
  const tally: Tally = new Map();
  const refuse = ({ code }: SessionError) => {
    if (!code.startsWith("session.")) throw fail(`refused with ${code}`);
    count(tally, code);
  };
  const seen: Piece[] = [];
  let spoilt = 0;
  const isAtWork = () => spoilt < TROUBLE && random.uniform() < SPOILT && ++spoilt > 0;

  const ledger = new Ledger(fail);
  const reception = new Reception({
    identity: await createIdentity(),
    clock,
    limits: {
      ...{ maxMessageBytes: MIB, heartbeat: 10, controlsPerSecond: 100 },
      ...{ grace: 60, pending: 8, incomingBytes: 200_000 },
    },
    async admit({ key, name }) {
      // Somebody on the line can keep a name from being told, and more he cannot do.
      if (name !== undefined && Buffer.compare(key, keys.get(name)!) === 0) return name;
      throw new SessionError("session.name", "This is not your name.");
    },
    joined: () => {},
    left: () => {},
    deliver: (from, frame, to) => ledger.arrived(`${from} up`, frame, { ...(to && { to }) }),
    refuse: (_, error) => refuse(error),
  });
  const keys = new Map<PartyId, Uint8Array>();
  const join = async (name: PartyId, isTroubled: boolean) => {
    const identity = await createIdentity();
    keys.set(name, identity.publicKey);
    const state = { dial: undefined as Dial | undefined, sessions: 0, isOver: false };
    const begin = () => {
      state.isOver = false;
      state.dial = new Dial({
        async connect() {
          const [near, far] = memoryConnections();
          for (const end of [near, far]) if (isTroubled) tamperWith(end, random, seen, isAtWork);
          reception.accept(far);
          return near;
        },
        ...{ clock, identity, name, maxMessageBytes: MIB, refuse },
        expect: async () => {},
        random: () => 0,
        renewed: () => state.sessions++,
        deliver: (frame, address) => ledger.arrived(`${name} down`, frame, address),
        status: () => {},
        over(end) {
          if ("error" in end && end.error instanceof SessionError) refuse(end.error);
          state.isOver = true;
        },
      });
      state.dial.start();
    };
    begin();
    return { name, state, begin };
  };
  const calm = await join("calm", false);
  const troubled = await join("troubled", true);

  const isTrue = (condition: () => boolean) => patiently(clock, fail, condition);
  await isTrue(() => calm.state.sessions > 0);
  for (let i = 0; i < MESSAGES; i++) {
    for (const { name, state } of [calm, troubled]) {
      const up = ledger.next(`${name} up`, random.integer(4) === 0 ? { to: ["calm"] } : {}, random);
      state.dial!.send(up.frame, up.address);
      const down = ledger.next(`${name} down`, random.integer(4) === 0 ? { from: "calm" } : {}, random);
      reception.send(name, down.frame, down.address);
    }
    if (seen.length > 0) playAgain(reception, seen, random);
    for (let turn = random.integer(20); turn > 0; turn--) await nextTurn();
  }
  await isTrue(() => ledger.isDone("calm up") && ledger.isDone("calm down"));
  if (calm.state.sessions !== 1 || calm.state.isOver) throw fail("the undisturbed client was disturbed");

  // Somebody on the line can end a dial for good; its owner would begin again.
  for (let i = 0; !ledger.isDone("troubled up"); i++) {
    const { frame, address } = ledger.next("troubled up", {}, random);
    const { sessions } = troubled.state;
    troubled.state.dial!.send(frame, address);
    await isTrue(() => {
      if (troubled.state.isOver) troubled.begin();
      return ledger.isDone("troubled up") || (troubled.state.sessions !== sessions && !troubled.state.isOver);
    });
    if (i > PATIENCE) throw fail("the troubled client never got through");
  }
  for (const { state } of [calm, troubled]) state.dial!.leave();
  await isTrue(() => reception.guests().length + reception.pending === 0);
  if (reception.incomingBytes !== 0) throw fail("memory stays set aside");
  return { pieces: seen.length, tally };
}

/** What was said on each link, and how much of it has arrived. */
class Ledger {
  readonly #fail: (what: string) => Error;
  readonly #said = new Map<string, { readonly bytes: number; readonly address: Address }[]>();
  /** Number of the last one that has arrived. */
  readonly #arrived = new Map<string, number>();

  constructor(fail: (what: string) => Error) {
    this.#fail = fail;
  }

  /** Another message for the link; its first bytes tell its number. */
  next(link: string, address: Address, random: SimulationRandom): { frame: Uint8Array; address: Address } {
    const said = this.#said.get(link) ?? [];
    this.#said.set(link, said);
    const bytes = random.integer(5) === 0 ? 65_537 + random.integer(65_536) : 8 + random.integer(500);
    said.push({ bytes, address });
    return { frame: frameOf(said.length, bytes), address };
  }

  arrived(link: string, frame: Uint8Array, address: Address): void {
    const number = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    const said = this.#said.get(link)?.[number - 1];
    if (
      said === undefined ||
      JSON.stringify(said.address) !== JSON.stringify(address) ||
      Buffer.compare(frame, frameOf(number, said.bytes)) !== 0
    )
      throw this.#fail(`${link}: what arrived was not said`);
    // A new session begins without what was on its way; nothing comes twice or out of order.
    if (number <= (this.#arrived.get(link) ?? 0)) throw this.#fail(`${link}: ${number} came twice, or late`);
    this.#arrived.set(link, number);
  }

  /** Whether the last message has arrived. */
  isDone(link: string): boolean {
    return this.#arrived.get(link) === this.#said.get(link)?.length;
  }
}

function frameOf(number: number, bytes: number): Uint8Array {
  const frame = bytesOf(bytes, number);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

/** A stranger says what others have said before, some of it damaged. */
function playAgain(reception: Reception, seen: readonly Piece[], random: SimulationRandom): void {
  const [near, far] = memoryConnections();
  reception.accept(far);
  let at = random.integer(seen.length);
  for (let left = 1 + random.integer(8); left > 0; left--, at = (at + 1) % seen.length) {
    const piece = seen[at];
    const said = random.integer(3) === 0 ? damagePiece(piece, seen[0], random) : piece;
    if (typeof said === "string") near.sendText(said);
    else near.sendBytes(said);
  }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets time pass until a condition holds. */
async function patiently(
  clock: HandClock,
  fail: (what: string) => Error,
  condition: () => boolean,
): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > PATIENCE) throw fail("nothing moves any more");
    // Cryptography takes real time, and the clock must not outrun it by far.
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    clock.pass(0.5);
  }
}
