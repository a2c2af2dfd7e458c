import { expect, test } from "vitest";
import { formatControl } from "../../src/runtime/session/control.ts";
import { OutgoingRecord } from "./outgoing-record.ts";
import type { FromWorker } from "./worker-protocol.ts";

function recording() {
  const told: FromWorker[] = [];
  return { told, record: new OutgoingRecord((message) => told.push(message)) };
}
const said = (body: object) => formatControl({ kind: "handshake", body: JSON.stringify(body) });

test("a handshake is one line with everything that was said, and its bytes", () => {
  const { told, record } = recording();
  const texts = [
    said({ step: "hello", version: 1, key: "K", nonce: "N", name: "zoë" }),
    said({ step: "proof", token: { id: "i", proof: "p" }, resume: { session: "s", received: 3 } }),
  ];
  record.handshakeBegins();
  for (const text of texts) record.text(text);
  record.handshakeEnds();
  record.handshakeEnds();
  const ack = formatControl({ kind: "ack", sequence: 1 });
  record.text(ack);
  record.bytes(new Uint8Array(100));
  record.flush();
  const handshake = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(told).toEqual([
    {
      kind: "sent",
      message: {
        ...{ wall: expect.any(Number), kind: "handshake", round: 0, to: ["server"], bytes: handshake },
        body: {
          ...{ version: 1, key: "K", nonce: "N", name: "zoë" },
          ...{ token: { id: "i", proof: "p" }, resume: { session: "s", received: 3 } },
        },
        ...{ tensors: [], protection: [] },
      },
    },
    { kind: "wire", bytes: handshake + ack.length + 100 },
  ]);
});

test("an attempt that never reached the server leaves no line", () => {
  const { told, record } = recording();
  record.handshakeBegins();
  record.handshakeEnds();
  expect(told).toEqual([]);
});
