import { expect, test } from "vitest";
import { encodeMessage } from "./frame.ts";
import { peekMessage } from "./peek.ts";

test("tells kind and round of whatever is encoded", () => {
  for (const message of [
    { kind: "ready", round: 0 },
    { kind: "a".repeat(64), round: 10 ** 14, body: { attempt: 1 } },
    { kind: "secure/share", round: 7, tensors: { x: new Float32Array(3) } },
  ]) {
    expect(peekMessage(encodeMessage(message))).toEqual({ kind: message.kind, round: message.round });
  }
});

test("tells nothing of what does not begin so", () => {
  const frame = (header: string) => new TextEncoder().encode(" ".repeat(16) + header);
  const long = "a".repeat(65);
  for (const header of [
    ...["", "{}", '{"round":1,"kind":"x"}', '{"kind":"x","round":-1}', '{"kind":"x","round":1e3}'],
    ...[`{"kind":"${long}","round":1}`, '{"kind":"<b>","round":1}', '{"kind":"x","round":1'],
  ]) {
    expect(peekMessage(frame(header)), header).toBeUndefined();
  }
  expect(peekMessage(new Uint8Array(3))).toBeUndefined();
});
