import { describe, expect, it } from "vitest";
import { sampleLog } from "../../testing/sample-log.ts";
import type { EventBody, Outcome, RunEvent } from "../events.ts";
import { openMemoryStore } from "../memory-store.ts";
import { digestRun } from "../report/digest.ts";
import { latency } from "./client-records.ts";
import { followRun, supersedes } from "./follow-run.ts";
import { liveLimits } from "./limits.ts";
import { roundFigures } from "./round-figures.ts";

function follow(events: Iterable<RunEvent>) {
  const run = followRun();
  for (const event of events) run.add(event);
  return run.view()!;
}

/** Stamps bodies, one second apart. */
const log = (...bodies: EventBody[]): RunEvent[] =>
  bodies.map((body, i) => ({ ...body, sequence: i + 1, at: i, wall: 1000 * i }));

const started: EventBody = {
  ...{ kind: "run-started", run: "r-1", recipe: { name: "quickstart" }, seed: 7, task: "mnist-mlp" },
  ...{ clients: 3, parameters: 10, rounds: 9, versions: {}, machine: { cpu: "x", cores: 1, workers: 1 } },
  ...{ classNames: [], histogram: [] },
};
const roundStarted = (round: number, selected: string[], attempt = 1): EventBody => ({
  ...{ kind: "round-started", round, attempt, selected },
});
const outcome = (round: number, client: string, what: Outcome, more: object = {}): EventBody => ({
  ...{ kind: "client-outcome", round, client, outcome: what },
  ...more,
});

describe("a run that is followed", () => {
  it("agrees with the report on everything that both show", async () => {
    const events = sampleLog();
    const { timelines, attendance: _attendance, ...digest } = await digestRun(events);
    const live = follow(events);
    expect(live).toMatchObject(digest);
    expect(live.recentRounds).toEqual(timelines.map(({ round }) => round));
    expect(live.recentRounds.map((round) => live.timelineOf(round))).toEqual(timelines);
    const records = live.clients().records;
    expect(records).toHaveLength(20);
    const sum = (what: Outcome) => records.reduce((total, { outcomes }) => total + outcomes[what], 0);
    for (const what of ["contributed", "late", "dropped", "rejected"] as const)
      expect(sum(what)).toBe(live.totals[what]);
    expect(live.totals.late).toBeGreaterThan(10);
  });

  it("has nothing to show before its first event, and no round before the first", () => {
    expect(followRun().view()).toBeNull();
    expect(follow(log(started))).toMatchObject({ last: 1, current: null, recentRounds: [], failure: null });
  });

  it("tells how far the current round has come", () => {
    const events = log(
      ...[started, roundStarted(1, ["a", "b", "c"])],
      { kind: "client-trained", round: 1, client: "a", virtualSeconds: 1, examples: 5, loss: 1 },
      { kind: "client-trained", round: 1, client: "stranger", virtualSeconds: 1, examples: 5, loss: 1 },
    );
    const current = { round: 1, attempt: 1, asked: 3 };
    expect(follow(events).current).toEqual({ ...current, trained: 1, decided: 0 });
    expect(
      follow(events)
        .timelineOf(1)
        ?.spans.find(({ client }) => client === "a"),
    ).toEqual({
      ...{ client: "a", fate: "waiting", trained: [0, 1] },
    });
    const decided = log(...events, outcome(1, "a", "contributed"), outcome(1, "b", "late"));
    expect(follow(decided).current).toEqual({ ...current, trained: 1, decided: 2 });
    expect(follow(log(...decided, roundStarted(1, ["a", "b"], 2))).current).toEqual({
      ...{ round: 1, attempt: 2, asked: 2, trained: 0, decided: 0 },
    });
  });

  it("keeps reasons and latencies per client, those with most trouble first", () => {
    const rounds = [1, 2, 3].flatMap((round): EventBody[] => [
      roundStarted(round, ["a", "b"]),
      { kind: "client-trained", round, client: "a", virtualSeconds: round, examples: 5, loss: 1 },
      { kind: "client-trained", round, client: "b", virtualSeconds: round, examples: 5, loss: 1 },
      outcome(round, "a", "contributed", round > 1 ? { excluded: true } : {}),
      outcome(round, "b", round === 2 ? "rejected" : "late", {
        seconds: round === 1 ? 9 : 20 + round,
        ...(round === 2 && { reason: "not finite" }),
      }),
    ]);
    const { records, more } = follow(log(started, ...rounds)).clients();
    expect(more).toBe(false);
    expect(records).toMatchObject([
      { client: "b", asked: 3, excluded: 0, lastRound: 3, lastReason: { round: 2, reason: "not finite" } },
      { client: "a", asked: 3, excluded: 2, lastRound: 3, lastReason: null },
    ]);
    expect(records[0].outcomes).toEqual({ contributed: 0, late: 2, dropped: 0, rejected: 1 });
    expect(latency(records[0])).toEqual({ median: 22, last: 23 });
    expect(latency(records[1])).toEqual({ median: 2, last: 3 });
    expect(latency({ ...records[1], trainings: [] })).toBeNull();
  });

  it("counts refusals by code and reason, comings and goings, and failed attempts", () => {
    const refused = (from: string, reason: string): EventBody => ({
      ...{ kind: "refused", from, code: "message.invalid", reason },
    });
    const live = follow(
      log(
        ...[started, refused("x", "too long"), refused("y", "no round"), refused("z", "no round")],
        ...[{ kind: "client-joined", client: "a" } as const, { kind: "client-left", client: "a" } as const],
        { kind: "round-failed", round: 1, attempt: 1, code: "round.few", reason: "2 of 3" },
      ),
    );
    expect(live.happenings()).toMatchObject({
      refusals: [
        { code: "message.invalid", reason: "no round", count: 2, from: "z" },
        { code: "message.invalid", reason: "too long", count: 1, from: "x" },
      ],
      ...{ furtherRefusals: 0, joined: 1, left: 1 },
      comings: [
        { client: "a", joined: true, wall: 4000 },
        { client: "a", joined: false, wall: 5000 },
      ],
      attempts: [{ round: 1, attempt: 1, code: "round.few", reason: "2 of 3" }],
    });
    expect(live.incidents).toEqual({ resumes: 0, failedAttempts: 1, refused: 3 });
  });

  it("stays bounded however long and large the run", () => {
    const clients = Array.from({ length: liveLimits.clients + 5 }, (_, i) => `client-${i}`);
    const run = followRun();
    let sequence = 0;
    const add = (body: EventBody) => run.add({ ...body, sequence: ++sequence, at: sequence, wall: 0 });
    add(started);
    for (let round = 1; round <= 70; round++) {
      add(roundStarted(round, clients));
      for (const client of ["client-1", `client-${clients.length - 1}`]) {
        add({ kind: "client-trained", round, client, virtualSeconds: 1, examples: 1, loss: 1 });
        add(outcome(round, client, "contributed", { seconds: 1 }));
        add({ kind: "client-left", client });
        add({ kind: "refused", from: client, code: "message.invalid", reason: `${client} ${round}` });
      }
      add({ kind: "round-failed", round, attempt: 1, code: "x", reason: "y" });
    }
    const live = run.view()!;
    expect(live.recentRounds).toHaveLength(liveLimits.rounds);
    expect(live.recentRounds.at(-1)).toBe(70);
    expect(live.timelineOf(20)).toBeUndefined();
    for (const round of [21, 70])
      expect(live.timelineOf(round)).toMatchObject({ asked: clients.length, spans: { length: 1000 } });
    const { records, more } = live.clients();
    expect(records).toHaveLength(liveLimits.clients);
    expect(more).toBe(true);
    const busy = records.find(({ client }) => client === "client-1")!;
    expect([busy.answers.length, busy.trainings.length]).toEqual([
      liveLimits.latencies,
      liveLimits.latencies,
    ]);
    const { refusals, furtherRefusals, comings, left, attempts } = live.happenings();
    expect([refusals.length, furtherRefusals]).toEqual([liveLimits.refusals, 40]);
    expect([comings.length, left]).toEqual([140, 140]);
    expect(attempts).toHaveLength(liveLimits.attempts);
    expect(attempts.at(-1)).toMatchObject({ round: 70 });
  });
});

it("finds the numbers among the figures of a round", () => {
  const [round] = follow(sampleLog({ rounds: 1 })).summary.rounds;
  expect(roundFigures(round).size).toBe(0);
  const figures = { groups: 3, privacy: { epsilon: 0.5, accountant: "rdp" }, shares: [1, 2], none: null };
  expect([...roundFigures({ ...round, figures })]).toEqual([
    ["groups", 3],
    ["privacy.epsilon", 0.5],
  ]);
});

it("tells a resume that makes events void from one that does not", async () => {
  const events = sampleLog({ rounds: 3, finished: false });
  const cut = events.length - 10;
  const resumed: RunEvent = {
    ...{ kind: "run-resumed", after: cut, sequence: events.length + 1, at: 0, wall: 0 },
  };
  expect(supersedes(resumed, events.length)).toBe(true);
  // Read anew, the history no longer holds what the resume repeats.
  await using store = openMemoryStore();
  await store.append([...events, resumed]);
  let last = 0;
  for (const event of await store.readAll()) {
    expect(supersedes(event, last)).toBe(false);
    last = event.sequence;
  }
  expect(last).toBe(resumed.sequence);
});
