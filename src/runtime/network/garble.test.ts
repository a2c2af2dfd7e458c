import { expect, test } from "vitest";
import { SimulationRandom } from "../../numeric/random.ts";
import type { Message } from "../message.ts";
import { decodeMessage, encodeMessage } from "../wire/frame.ts";
import { FrameError } from "../wire/frame-error.ts";
import { garble } from "./garble.ts";

const messages: readonly Message[] = [
  {
    kind: "round",
    round: 3,
    body: { attempt: 1, work: { epochs: 1, batch: 32 }, evaluate: false, plan: null },
    tensors: { model: Float32Array.from({ length: 500 }, (_, i) => i) },
  },
  { kind: "close", round: 12, body: { attempt: 2, accepted: true } },
  {
    kind: "masked/share",
    round: 1,
    body: { attempt: 1, to: ["a"] },
    tensors: { share: Uint8Array.of(1, 2) },
  },
  { kind: "bare", round: 0 },
];

/** What a receiver makes of bytes: the codec's code, or whose types are wrong. */
function refusal(bytes: Uint8Array, meant: Message): string {
  try {
    const { body, tensors } = decodeMessage(bytes);
    // Every message of the machines says its attempt, and every tensor is asked for by its type.
    if (typeof body?.attempt !== "number") return "fields";
    const wrong = Object.entries(tensors ?? {}).every(
      ([name, tensor]) => tensor.constructor !== meant.tensors?.[name].constructor,
    );
    return wrong && tensors !== undefined ? "tensors" : "taken";
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return error.code;
  }
}

test("no garbled frame passes for a message, and the codec is hit in many places", () => {
  const random = SimulationRandom.fromSeed(7);
  const codes = new Map<string, number>();
  for (let i = 0; i < 8000; i++) {
    const message = messages[i % messages.length];
    const code = refusal(garble(message, encodeMessage(message), random), message);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect(codes.get("taken")).toBeUndefined();
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining([
      "fields",
      "tensors",
      "frame.header",
      "frame.header-size",
      "frame.header-start",
      "frame.json.syntax",
      "frame.kind",
      "frame.length",
      "frame.magic",
      "frame.tensors.offsets",
      "frame.truncated",
      "frame.version",
    ]),
  );
});

test("the frame itself stays as it is, and the same draws garble it alike", () => {
  for (let seed = 0; seed < 50; seed++) {
    const [message] = messages;
    const frame = encodeMessage(message);
    const before = frame.slice();
    const garbled = garble(message, frame, SimulationRandom.fromSeed(seed));
    expect(frame).toEqual(before);
    expect(garbled).not.toEqual(before);
    expect(garbled.length).toBeGreaterThan(0);
    expect(garble(message, frame, SimulationRandom.fromSeed(seed))).toEqual(garbled);
  }
});
