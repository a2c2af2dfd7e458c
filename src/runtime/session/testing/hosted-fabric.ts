/**
 * Every party on a host of its own in real time, clients with a dial each, the server behind a reception: put together
 * as a served run is, without what a run adds to it (plans, data, an event log).
 */
import type { Fabric, FabricOptions } from "../../fabric.contract.ts";
import { Host } from "../../host/host.ts";
import { withAbsences } from "../../network/absences.ts";
import { FaultySender } from "../../network/faulty-sender.ts";
import { systemClock } from "../../node/system-clock.ts";
import type { Party, PartyId } from "../../party.ts";
import { TrafficCounter } from "../../simulation/traffic.ts";
import { peekMessage } from "../../wire/peek.ts";
import { Dial } from "../dial.ts";
import { createIdentity } from "../identity.ts";
import { Reception } from "../reception.ts";
import { happenings } from "./happenings.ts";
import { LIMITS, type OpenTransport, type Transport } from "./scene.ts";

export async function createHostedFabric<Job, Result, Event>(
  options: FabricOptions<Job, Result, Event>,
  open: OpenTransport,
): Promise<Fabric> {
  const { parties } = options;
  const { tell, until } = happenings();
  const traffic = new TrafficCounter();
  const count = (from: PartyId, to: PartyId, frame: Uint8Array) =>
    traffic.count({ from, to, bytes: frame.length, message: peekMessage(frame), at: systemClock.now() });
  const refused: string[] = [];
  const names = Object.keys(parties).filter((id) => id !== "server");
  const here = new Set<PartyId>();
  let hasStarted = false;
  let end: { readonly error?: { readonly message: string } } | undefined;

  const server = hostOf(options, "server", parties.server, refused, {
    send(to, frame) {
      for (const client of to) {
        count("server", client, frame);
        reception.send(client, frame);
      }
    },
    finish(error) {
      end = error === undefined ? {} : { error };
      tell();
    },
  });
  const reception = new Reception({
    identity: await createIdentity(),
    clock: systemClock,
    limits: LIMITS,
    admit: async ({ name }) => name!,
    joined(client) {
      here.add(client);
      if (hasStarted) server.joined(client);
      tell();
    },
    left(client) {
      here.delete(client);
      server.left(client);
    },
    deliver(from, frame, to) {
      if (to === undefined) {
        count(from, "server", frame);
        server.receive(from, frame);
        return;
      }
      for (const client of to) {
        if (!here.has(client)) continue;
        count(from, client, frame);
        reception.send(client, frame, { from });
      }
    },
    refuse: (from, { code }) => refused.push(`${from} ${code}`),
  });
  const transport = await open(reception);
  const over = await Promise.all(names.map((name) => client(options, name, refused, transport)));
  await until(() => here.size === names.length);

  return {
    async run() {
      hasStarted = true;
      server.start();
      await until(() => end !== undefined);
      server.close();
      await reception.close("finished", 10);
      await Promise.all(over.map(({ ended }) => ended));
      await transport.close();
      if (end!.error) throw end!.error;
    },
    ...{ traffic, refused },
  };
}

/** A client's end, as in a run that is joined. */
async function client<Job, Result, Event>(
  options: FabricOptions<Job, Result, Event>,
  name: PartyId,
  refused: string[],
  transport: Transport,
) {
  const party = withAbsences(options.parties[name], name, options.network, ({ kind, returnsAfter }) => {
    if (kind === "leave") void dial.interrupt(returnsAfter ?? 0);
    else {
      host.start();
      dial.comeBack(returnsAfter ?? 0);
    }
  });
  const host = hostOf(options, name, party, refused, {
    send(to, frame) {
      const others = to.filter((id) => id !== "server");
      if (to.includes("server")) dial.send(frame);
      if (others.length > 0) dial.send(frame, { to: others });
    },
    finish: () => {},
  });
  let finish = (): void => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const dial = new Dial({
    connect: () => transport.connect(),
    ...{
      clock: systemClock,
      identity: await createIdentity(),
      name,
      maxMessageBytes: LIMITS.maxMessageBytes,
    },
    expect: async () => {},
    random: () => 0,
    renewed: () => host.joined("server"),
    deliver: (frame, { from = "server" }) => host.receive(from, frame),
    refuse: ({ code }) => refused.push(`server ${code}`),
    status: () => {},
    over() {
      host.close();
      finish();
    },
  });
  dial.start();
  return { ended };
}

function hostOf<Job, Result, Event>(
  { execute, network }: FabricOptions<Job, Result, Event>,
  id: PartyId,
  party: Party<Job, Result, Event>,
  refused: string[],
  ends: {
    readonly send: (to: readonly PartyId[], frame: Uint8Array) => void;
    readonly finish: (error?: { readonly message: string }) => void;
  },
): Host<Job, Result, Event> {
  const sender = new FaultySender({ from: id, network, clock: systemClock, send: ends.send });
  return new Host({
    ...{ party, clock: systemClock, execute, finish: ends.finish },
    send: (to, frame) => sender.send(to, frame),
    record: () => {},
    refuse: (from, { code }) => refused.push(`${from} ${code}`),
  });
}
