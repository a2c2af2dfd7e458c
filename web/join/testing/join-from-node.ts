import { joinRun } from "../../../src/join/join-run.ts";
import { createBundleTrainer } from "../../../src/learn/bundle-trainer.ts";
import { onnxLoweredEngine } from "../../../src/learn/node/onnx-engine.ts";
import { systemClock } from "../../../src/runtime/node/system-clock.ts";
import { connectWebSocket } from "../../../src/runtime/node/websocket-client.ts";
import type { Farewell } from "../../../src/runtime/session/control.ts";
import { createIdentity } from "../../../src/runtime/session/identity.ts";
import { parseJoinLink, websocketUrl } from "../../../src/runtime/session/join-link.ts";
import { proveToken, tokenHash, tokenId } from "../../../src/runtime/session/token.ts";

/** Another client of the page's run, in this process, on what the server deals. */
export async function joinFromNode(url: string, name: string): Promise<Farewell> {
  const link = parseJoinLink(url);
  const token = link.token!;
  return joinRun({
    ...{ name, clock: systemClock, random: Math.random, identity: await createIdentity() },
    ...{ expect: async () => {}, observe: () => {} },
    connect: () => connectWebSocket(websocketUrl(link)),
    prove: async (transcript) => ({
      id: await tokenId(await tokenHash(token)),
      proof: await proveToken(token, transcript),
    }),
    recall: async () => undefined,
    prepare: async ({ bundle, trial }) => {
      const data = trial!;
      return { data, trainer: createBundleTrainer({ bundle, data, engine: onnxLoweredEngine }) };
    },
  });
}
