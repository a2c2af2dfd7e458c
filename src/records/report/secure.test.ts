import { describe, expect, it } from "vitest";
import { sampleLog } from "../../testing/sample-log.ts";
import type { Exchange, RoundSummary, RunEvent } from "../events.ts";
import { digestRun } from "./digest.ts";
import { exchangeChart, sortExchange } from "./exchange-chart.ts";
import { patternChart, patternHeight } from "./pattern-chart.ts";
import { renderReport } from "./render.ts";
import { loadColumns, loadsOf, messageColumns } from "./secure-columns.ts";
import { loadNote, type SecureView, settingNote, viewSecure } from "./secure-view.ts";
import { secureLog, tallies } from "./testing/secure-log.ts";

const report = async (log: readonly RunEvent[]) => renderReport([await digestRun(log)], { echarts: "" });

/** One finished round under a protocol. */
async function view(protocol: object, round: Partial<RoundSummary> = {}): Promise<SecureView | null> {
  const digest = await digestRun(sampleLog({ rounds: 1 }));
  const { started, summary } = digest;
  return viewSecure({
    started: { ...started, recipe: { protocol } },
    summary: { ...summary, rounds: [{ ...summary.rounds[0], ...round }] },
    exchange: null,
  });
}

const sums = { bound: 1, mostExamples: 100_000 };

/** All words on a party. */
function words(secure: SecureView | null, party: string): string {
  const sight = secure!.sights.parties.find((each) => each.party === party)!;
  return [...sight.saw, ...sight.hidden].join(". ");
}

describe("viewSecure", () => {
  it("tells of the last finished round, and of the exchange in the first", async () => {
    const digest = await digestRun(secureLog({ rounds: 3 }));
    const secure = viewSecure(digest)!;
    expect(secure.round.round).toBe(3);
    expect(secure.exchange?.parties).toContain("client-10");
    expect(settingNote(secure)).toBe(
      `Under swiftagg-plus (colluders 4, dropouts 3), in round 3: 20 clients were asked, 18 are in the sum.`,
    );
    // Once is enough.
    expect(digest.summary.rounds.some((round) => "exchange" in round)).toBe(false);
  });

  it("has nothing to tell before a round is finished, nor of what is not secret or not known", async () => {
    const digest = await digestRun(secureLog({ rounds: 3 }).slice(0, 2));
    expect(viewSecure(digest)).toBeNull();
    for (const protocol of [{ kind: "plain" }, { kind: "made-up" }, undefined, { kind: 7 }])
      expect(await view(protocol as object)).toBeNull();
  });
});

describe("what each party saw", () => {
  it("is told of SwiftAgg+ with the run's numbers", async () => {
    const secure = viewSecure(await digestRun(secureLog({ rounds: 1 })));
    const server = words(secure, "The server");
    expect(server).toContain("19 sums of shares: any K + T = 17 give the sum of 18 updates and weights");
    expect(server).toContain("Public keys of 20 clients");
    const client = words(secure, "A client");
    expect(client).toContain("18 shares of others' updates, sealed for it alone");
    expect(client).toContain("any T = 4 clients hold together");
    expect(client).not.toContain("group before its own");
    expect(words(secure, "The server and any 4 clients")).toContain("from T + 1 = 5 clients on");
  });

  it("is told of LightSecAgg, in one sum and across groups", async () => {
    const messages = tallies([
      ["lightsecagg/share", "cc", 60, 100, 1],
      ["lightsecagg/upload", "cs", 20, 100, 2],
      ["lightsecagg/recovery", "cs", 19, 100, 3],
    ]);
    const protocol = { kind: "lightsecagg", colluders: 1, dropouts: 1, ...sums };
    const figures = { participants: 20, included: 18, survivors: 17 };
    const one = words(await view(protocol, { messages, figures }), "The server");
    expect(one).toContain("20 updates, each under a mask of its own");
    expect(one).toContain("19 sums of mask shares: any U = 17 give the sum of the masks");
    expect(one).toContain("the sum of 18 updates and weights");

    const groups = await view(protocol, { messages, figures: { groups: 6, groupsDone: 5, within: figures } });
    expect(words(groups, "The server")).toContain("any U = 17 of a group give");
    expect(words(groups, "The server and any one client")).toContain("from T + 1 = 2 clients on");
    expect(groups!.sights.rests.join()).toContain("its group of about 4, not among all 20");
    expect(groups!.sights.rests.join()).toContain("5 sums");
  });

  it("does not promise against any computing power what rests on ciphers", async () => {
    const figures = { participants: 20, included: 18, neighbours: 10, threshold: 6 };
    const protocol = { kind: "secagg-plus", corruptFraction: 0.1, dropoutFraction: 0.1, ...sums };
    const secure = await view(protocol, { figures });
    expect(words(secure, "The server")).toContain("each of k = 10 neighbours");
    expect(words(secure, "A client")).toContain("fewer than t = 6 shares");
    const some = words(secure, "The server and some clients");
    expect(some).toContain("if they can break no cipher");
    expect(some).toContain("with 10 % of all clients among them");
    expect(secure!.sights.rests.join()).toContain("Against computing power without bounds it does not hold");
    // Chosen by hand, nothing is known of how likely it fails.
    const byHand = await view({ ...protocol, neighbours: 10, threshold: 6 }, { figures });
    expect(words(byHand, "The server and some clients")).not.toContain("%");
  });

  it("does not call a sum unprotected to which clients add noise", async () => {
    const digest = await digestRun(secureLog({ rounds: 1 }));
    const recipe = { ...(digest.started.recipe as object), privacy: { kind: "distributed-skellam" } };
    const { rests } = viewSecure({ ...digest, started: { ...digest.started, recipe } })!.sights;
    expect(rests.at(-1)).toContain("nothing but the clients' noise");
    expect(viewSecure(digest)!.sights.rests.at(-1)).toContain("is not protected");
  });

  it("is told of SecEA", async () => {
    const messages = tallies([["secea/tables", "cc", 60, 100, 1]]);
    const figures = { union: 300, queries: 70, clientSymbols: 5, clientSymbolsExpected: 4 };
    const secure = await view({ kind: "secea", colluders: 2, dropouts: 0, bound: 1 }, { messages, figures });
    expect(words(secure, "The server")).toContain("entities, M = 300 of them: not who has which");
    expect(words(secure, "A client")).toContain("its own 70 questions");
    expect(words(secure, "A client")).toContain("3 shares of others' embeddings");
    expect(words(secure, "The server and any 2 clients")).toContain("the union, the totals");
    expect(loadNote(secure!)).toContain("B entities in the dictionary");
    expect(loadColumns.at(-1)!.cell(loadsOf(secure!)[1])).toBe("1.25");
  });

  it("promises nothing where T is 0, and needs no numbers", async () => {
    for (const kind of ["swiftagg-plus", "lightsecagg", "secea"]) {
      const secure = await view({ kind, colluders: 0, dropouts: 1 });
      expect(secure!.sights.parties.map(({ party }) => party)).toEqual(["The server", "A client"]);
      expect(words(secure, "A client")).toContain("With T = 0 nothing");
      expect(JSON.stringify(secure!.sights)).not.toMatch(/undefined|NaN/);
    }
    expect(JSON.stringify((await view({ kind: "secagg" }))!.sights)).not.toMatch(/undefined|NaN/);
  });
});

it("sets what parties sent and received beside the formulas", async () => {
  const secure = viewSecure(await digestRun(secureLog({ rounds: 1 })))!;
  const rows = loadsOf(secure).map((load) => loadColumns.map(({ cell }) => cell(load)));
  expect(rows).toEqual([
    ["server", "6.39 MB", "473 kB", "103,989 received", "103,989", "1"],
    ["busiest client", "494 kB", "764 kB", "122,340 sent", "122,340", "1"],
  ]);
  const [before] = loadsOf((await view({ kind: "lightsecagg" }))!).map((load) =>
    loadColumns.map(({ cell }) => cell(load)),
  );
  expect(before).toEqual(["server", "–", "–", "–", "–", "–"]);
});

describe("the message pattern", () => {
  const messages = tallies([
    ["round", "sc", 20, 1000, 0],
    ["lightsecagg/share", "cc", 60, 100, 1],
    ["lightsecagg/upload", "cs", 1, 1, 70],
    ["other", "cs", 3, 10, 0],
  ]);
  const arrowsOf = (option: object) => {
    const { series } = option as { series: { markLine?: { data: Record<string, unknown>[][] } }[] };
    return series.at(-1)!.markLine!.data;
  };

  it("has a lane for each side, and an arrow for each kind, thicker with its bytes", () => {
    const arrows = arrowsOf(patternChart(messages));
    expect(arrows.map(([from, to]) => [from.coord, to.coord])).toEqual([
      [
        [0, 0],
        [1, 0],
      ],
      [
        [1, 1],
        [2, 1],
      ],
      [
        [1, 2],
        [0, 2],
      ],
      [
        [1, 3],
        [0, 3],
      ],
    ]);
    expect(arrows.map(([{ name }]) => name)).toEqual([
      "20 × round, 20 kB",
      "60 × share, 6 kB",
      "1 × upload, 1 B",
      "3 × other, 30 B",
    ]);
    const widths = arrows.map(([{ lineStyle }]) => (lineStyle as { width: number }).width);
    expect(widths.toSorted((a, b) => b - a)).toEqual([widths[0], widths[1], widths[3], widths[2]]);
    expect(arrows[1][0].lines).toEqual([
      "share: a share of its mask, sealed",
      "60 messages, 6 kB",
      "at most 300 B from one party, 300 B to one",
      "1 s to 16 s",
    ]);
    const { xAxis, yAxis } = patternChart(messages) as Record<string, { data: string[] }>;
    expect(xAxis.data).toEqual(["server", "clients", "other clients"]);
    expect(yAxis.data).toEqual(["0 s", "1 s\nto 16 s", "1 min 10 s", "0 s"]);
    expect(patternHeight(messages)).toBeGreaterThan(4 * 40);
  });

  it("needs no third lane where clients do not talk to each other", () => {
    const { xAxis } = patternChart(messages.filter(({ kind }) => !kind.includes("share"))) as {
      xAxis: { data: string[] };
    };
    expect(xAxis.data).toEqual(["server", "clients"]);
  });

  it("is told as a table, in words for known kinds", () => {
    expect(messageColumns.map(({ cell }) => cell(messages[1]))).toEqual([
      ...["share", "client to client", "60", "6 kB", "300 B", "300 B", "1 s", "16 s"],
      "a share of its mask, sealed",
    ]);
    const [, , , other] = messages.map((tally) => messageColumns.at(-1)!.cell(tally));
    expect(other).toBe("of another round, or of no kind that the run has");
    const strange = { ...messages[0], kind: "constructor" };
    expect(messageColumns.at(-1)!.cell(strange)).toBe("");
  });
});

describe("the exchange", () => {
  const exchange: Exchange = {
    parties: ["client-10", "server", "client-2"],
    bytes: [
      [0, 10, 1000],
      [100, 0, 100],
      [0, 7, 0],
    ],
  };

  it("has the server first, then clients by name", () => {
    expect(sortExchange(exchange)).toEqual({
      parties: ["server", "client-2", "client-10"],
      bytes: [
        [0, 100, 100],
        [7, 0, 0],
        [10, 1000, 0],
      ],
    });
  });

  it("is drawn on a scale on which the least stands out from nothing", () => {
    const { series, visualMap } = exchangeChart(exchange) as {
      series: { data: number[][] }[];
      visualMap: { min: number; max: number; text: string[] };
    };
    expect(series[0].data).toEqual([
      [1, 0, 2, 100],
      [2, 0, 2, 100],
      [0, 1, 0.845098, 7],
      [0, 2, 1, 10],
      [1, 2, 3, 1000],
    ]);
    expect(visualMap.max).toBeCloseTo(3);
    expect(visualMap.min).toBeLessThan(Math.log10(7) - 0.4);
    expect(visualMap.text[0]).toBe("1 kB");
  });
});

describe("the report", () => {
  it("says who saw what, under secure protocols only", async () => {
    const text = await report(secureLog({ rounds: 2 }));
    expect(text).toContain("<h2>Who saw what</h2>");
    for (const id of ["pattern", "exchange"]) expect(text).toContain(`id="${id}"`);
    expect(await report(sampleLog({ rounds: 2 }))).not.toContain("Who saw what");
  });

  it("makes do with logs that were written before messages were counted", async () => {
    const old = secureLog({ rounds: 2 }).map((event) => {
      if (event.kind !== "round-finished") return event;
      const { messages: _, busiestClient: __, exchange: ___, figures: ____, ...rest } = event;
      return { ...rest, figures: { clients: 20, included: 18, loads: { offline: 7 } } };
    });
    const text = await report(old);
    expect(text).toContain("sums of shares: any K + T give the sum of 18 updates and weights");
    for (const id of ["pattern", "exchange"]) expect(text).not.toContain(`id="${id}"`);
  });

  it("takes no name and no kind for markup", async () => {
    const evil = `<img src=x onerror="window.pwned=1">`;
    const log = secureLog({ rounds: 1, nameOf: (n) => `${evil}${n}` }).map((event) =>
      event.kind === "round-finished"
        ? { ...event, messages: event.messages!.map((tally) => ({ ...tally, kind: `${evil}/${evil}` })) }
        : event,
    );
    expect((await report(log)).includes("<img")).toBe(false);
  });
});
