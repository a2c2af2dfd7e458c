import { expect, test } from "vitest";
import { MessageTallies, type Sent } from "./message-tally.ts";

/** `kind round from>to bytes at` */
function sent(text: string): Sent {
  const [kind, round, link, bytes, at] = text.split(" ");
  const [from, to] = link.split(">");
  const message = kind === "?" ? undefined : { kind, round: Number(round) };
  return { from, to, bytes: Number(bytes), message, at: Number(at) };
}

function tallied(lines: readonly string[], isOwn: (kind: string) => boolean = () => true) {
  const tallies = new MessageTallies(isOwn);
  for (const line of lines) tallies.add(sent(line));
  return tallies.take();
}

const twoClients = [
  "model 1 server>ann 100 7.5",
  "model 1 server>bob 100 7.5",
  "share 1 ann>bob 30 8",
  "update 1 ann>server 50 9",
  "share 1 bob>ann 31 9.25",
  "update 1 bob>server 60 10",
];

test("tells of each kind how much, who most, and when, in the order of appearance", () => {
  const { messages, busiestClient } = tallied(twoClients);
  expect(messages).toEqual([
    {
      ...{ kind: "model", from: "server", to: "client", count: 2, bytes: 200 },
      ...{ mostSent: 200, mostReceived: 100, first: 0, last: 0 },
    },
    {
      ...{ kind: "share", from: "client", to: "client", count: 2, bytes: 61 },
      ...{ mostSent: 31, mostReceived: 31, first: 0.5, last: 1.75 },
    },
    {
      ...{ kind: "update", from: "client", to: "server", count: 2, bytes: 110 },
      ...{ mostSent: 60, mostReceived: 110, first: 1.5, last: 2.5 },
    },
  ]);
  expect(busiestClient).toEqual({ sent: 91, received: 131 });
});

test("knows of the first round who sent how much to whom", () => {
  expect(tallied(twoClients).exchange).toEqual({
    parties: ["server", "ann", "bob"],
    bytes: [
      [0, 100, 100],
      [50, 0, 30],
      [60, 31, 0],
    ],
  });
  expect(tallied(["model 2 server>ann 100 7.5"]).exchange).toBeUndefined();
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => `model 1 server>client-${i} 1 ${i}`);
  expect(tallied(many(63)).exchange?.parties).toHaveLength(64);
  expect(tallied(many(64)).exchange).toBeUndefined();
});

test("nothing is left of a round when it has been taken", () => {
  const tallies = new MessageTallies(() => true);
  for (const line of twoClients) tallies.add(sent(line));
  tallies.take();
  expect(tallies.take()).toEqual({ messages: [], busiestClient: { sent: 0, received: 0 } });
  // So a process that goes on from a checkpoint counts as one that was never interrupted.
  for (const line of twoClients) tallies.add(sent(line));
  expect(tallies.take()).toEqual(tallied(twoClients));
});

test("an attempt that failed leaves no trace, and the next one begins at zero", () => {
  const tallies = new MessageTallies(() => true);
  for (const line of ["model 1 server>cyd 100 1", "update 1 cyd>server 100 2"]) tallies.add(sent(line));
  tallies.forget();
  for (const line of twoClients) tallies.add(sent(line));
  expect(tallies.take()).toEqual(tallied(twoClients));
});

test("kinds that the run does not have share a row by direction, and so do unreadable frames and late messages", () => {
  const names = (lines: readonly string[]) =>
    tallied(lines, (kind) => ["model", "update", "hello"].includes(kind)).messages.map(
      ({ kind, from, count, bytes }) => `${kind} ${from} ${count} ${bytes}`,
    );
  expect(
    names([
      "model 3 server>ann 10 0",
      ...Array.from({ length: 100 }, (_, i) => `made-up-${i} 3 ann>server 1 ${i}`),
      "? 0 ann>server 5 3",
      "other 3 ann>server 5 3",
      "update 2 ann>server 7 4",
      "update 4 ann>server 7 4",
      "update 3 ann>server 7 4",
      "hello 0 ann>server 2 5",
      // The server may speak of what is past.
      "model 2 server>ann 10 6",
      "made-up 3 ann>bob 1 6",
    ]),
  ).toEqual([
    "model server 2 20",
    "other client 104 124",
    "update client 1 7",
    "hello client 1 2",
    "other client 1 1",
  ]);
});

test("there are never more rows than fit a page", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `kind-${i} 1 server>ann 1 ${i}`);
  const { messages } = tallied(lines);
  expect(messages).toHaveLength(33);
  expect(messages.at(-1)).toMatchObject({ kind: "other", count: 968, bytes: 968 });
});
