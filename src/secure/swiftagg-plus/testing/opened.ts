import { SecureRandom } from "../../../numeric/secure-random.ts";
import { decodeRoster, type Roster } from "../../roster.ts";
import { asField, SealedChannels } from "../../sealed-channels.ts";
import type { Driven, Halves } from "../../testing/drive.ts";
import { contextOf, decodePartial } from "../messages.ts";

export interface Opened {
  readonly kind: "share" | "partial" | "final";
  /** Places; undefined: the server. */
  readonly from: number;
  readonly to: number | undefined;
  readonly symbols: Uint32Array;
}

/** What went over the wire of a round, read with the keys that the clients' snapshots tell. */
export function opened({ clients }: Halves, { sent }: Driven): { roster: Roster; messages: Opened[] } {
  const roster = decodeRoster(sent.find(({ message }) => message.kind === "plan")!.message.tensors)!;
  const placeOf = (name: string) => roster.names.indexOf(name);
  const random = SecureRandom.fromSeed(new Uint8Array(32));
  const messages = sent.flatMap(({ from, to, message }): Opened[] => {
    const { kind, tensors } = message;
    if (kind === "final") {
      return [{ kind, from: placeOf(from), to: undefined, symbols: tensors!.sum as Uint32Array }];
    }
    if (kind !== "share" && kind !== "partial") return [];
    const { channels } = clients.get(to)!.snapshot!() as { channels: unknown };
    const address = { round: message.round, attempt: message.body!.attempt as number };
    const plain = SealedChannels.restore(channels, random).open(
      roster.keys[placeOf(from)],
      contextOf(address, kind, from, to),
      tensors!.sealed as Uint8Array,
    )!;
    const symbols = kind === "share" ? asField(plain)! : decodePartial(plain, plain.length / 4 - 8)!.sum;
    return [{ kind, from: placeOf(from), to: placeOf(to), symbols }];
  });
  return { roster, messages };
}
