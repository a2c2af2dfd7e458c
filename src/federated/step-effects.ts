import type { PartyEvent } from "../records/events.ts";
import type { Message } from "../runtime/message.ts";
import type { Effect } from "../runtime/party.ts";
import type { Job } from "./jobs.ts";
import type { Protocol, Step } from "./protocol.ts";

/** A round and its attempt; every message of a protocol carries both. */
export interface Address {
  readonly round: number;
  readonly attempt: number;
}

export function isNewer(a: Address, b: Address): boolean {
  return a.round > b.round || (a.round === b.round && a.attempt > b.attempt);
}

/** Turns a half's wishes into effects: messages get the protocol's prefix and the address. */
export function stepEffects(protocol: Protocol, address: Address, step: Step): Effect<Job, PartyEvent>[] {
  const effects: Effect<Job, PartyEvent>[] = [];
  for (const { to, kind, body, tensors } of step.send ?? []) {
    const message: Message = {
      kind: `${protocol.kind}/${kind}`,
      round: address.round,
      body: { ...body, attempt: address.attempt },
      ...(tensors && { tensors }),
    };
    effects.push({ kind: "send", to, message });
  }
  for (const { id, job } of step.jobs ?? []) {
    effects.push({ kind: "job", id: protocolJobs(address) + id, round: address.round, job });
  }
  return effects;
}

/** Job ids carry the address, so that results of an abandoned attempt are recognised. */
function protocolJobs({ round, attempt }: Address): string {
  return `protocol/${round}/${attempt}/`;
}

/** The half's own name of a job that it started at this address, or undefined. */
export function protocolJob(address: Address, id: string): string | undefined {
  const prefix = protocolJobs(address);
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

/** The half's own name of a message kind, or undefined when the message is not the protocol's. */
export function protocolKind(protocol: Protocol, kind: string): string | undefined {
  const prefix = `${protocol.kind}/`;
  return kind.startsWith(prefix) ? kind.slice(prefix.length) : undefined;
}
