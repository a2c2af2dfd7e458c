import { expect, test } from "vitest";
import { P31 } from "../../numeric/field31.ts";
import type { PartyId } from "../../runtime/party.ts";
import { asField, SealedChannels } from "../sealed-channels.ts";
import { contributionsOf, environment, namesOf, SUM } from "../testing/contributions.ts";
import { type Driven, drive, type Halves } from "../testing/drive.ts";
import { gf } from "../testing/gf.ts";
import { gfLagrange } from "../testing/gf-ramp-code.ts";
import { halvesFor } from "./testing/round.ts";

const OPTIONS = { colluders: 2, dropouts: 0, survivors: 4, sum: SUM };
const CLIENTS = namesOf(5);
/** So that a contribution has 6 entries, cut into U - T = 2 pieces. */
const DIMENSION = 5;

/** Pieces of a client's mask and noise, worked out from the shares that all others have of it. */
function piecesOf(client: PartyId, { sent }: Driven, { clients }: Halves): number[][] {
  const others = CLIENTS.filter((id) => id !== client);
  const { secrets } = environment();
  const channelsOf = (id: PartyId) =>
    SealedChannels.restore((clients.get(id)!.snapshot!() as { channels: unknown }).channels, secrets);
  const { publicKey } = channelsOf(client);
  const shares = others.map((to) => {
    const { message } = sent.find((e) => e.message.kind === "share" && e.from === client && e.to === to)!;
    const context = JSON.stringify(["lightsecagg", message.round, 1, client, to, "share"]);
    const plain = channelsOf(to).open(publicKey, context, message.tensors!.sealed as Uint8Array);
    return [...asField(plain!)!];
  });
  const points = others.map((id) => CLIENTS.indexOf(id) + 1);
  const sources = [6, 7, 8, 9];
  return gf(P31).product(gfLagrange(P31, points, sources), shares);
}

test("masks and noise are as random as the proof of privacy needs, and used once", () => {
  const halves = halvesFor(OPTIONS, CLIENTS);
  const cohort = contributionsOf(CLIENTS, DIMENSION);
  const seen: number[] = [];
  for (const round of [1, 2]) {
    const driven = drive({ halves, cohort, dimension: DIMENSION, round });
    for (const client of CLIENTS) {
      const pieces = piecesOf(client, driven, halves);
      seen.push(...pieces.flat());
      // What hides the contribution is the mask that was shared, all of it: the bare weight shows.
      const { tensors } = driven.sent.find((e) => e.message.kind === "upload" && e.from === client)!.message;
      const weight = ((tensors!.masked as Uint32Array)[5] - pieces[1][2] + P31) % P31;
      expect(weight).toBe(cohort.get(client)!.examples);
    }
  }
  // Two rounds, five clients, four pieces of three: none zero, none twice.
  expect(new Set(seen).size).toBe(2 * 5 * 4 * 3);
  expect(seen.includes(0)).toBe(false);
});

test("the server is sent nothing but keys, reports, masked uploads and sums of shares", () => {
  const cohort = contributionsOf(CLIENTS, DIMENSION);
  const { sent } = drive({ halves: halvesFor(OPTIONS, CLIENTS), cohort, dimension: DIMENSION });
  const kinds = new Set(sent.filter(({ to }) => to === "server").map(({ message }) => message.kind));
  expect([...kinds].sort()).toEqual(["held", "key", "recovery", "upload"]);
  const bodies = sent.filter(({ from }) => from !== "server").map(({ message }) => message.body);
  for (const body of bodies) expect(body).toEqual({ attempt: 1 });
});
