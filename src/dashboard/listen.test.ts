import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { createAdaptorServer } from "@hono/node-server";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { createDashboard } from "./dashboard.ts";
import { listenDashboard } from "./listen.ts";
import { ask, testDashboard, tokens } from "./testing/test-dashboard.ts";

const options = { folder: tmpdir(), tokens, hosts: ["127.0.0.1"] };

test("a port that is taken is the user's to change", async () => {
  await using first = await testDashboard();
  const port = Number(new URL(first.url).port);
  await expect(listenDashboard(createDashboard(options), { host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "ui.port",
    message: expect.stringContaining(`port ${port} of 127.0.0.1 (EADDRINUSE)`),
  });
});

test("closing does not wait for connections that are kept open", async () => {
  const listening = await listenDashboard(createDashboard(options), { host: "127.0.0.1", port: 0 });
  await (await fetch(`${listening.url}/dashboard/`)).text();
  const start = performance.now();
  await listening.close();
  expect(performance.now() - start).toBeLessThan(1500);
  await expect(ask(listening.url, "/healthz")).rejects.toThrow("ECONNREFUSED");
});

test("on a server with TLS the cookie is sent by TLS only, and nothing is remembered of the certificate", async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }]);
  const server = createAdaptorServer({
    ...{ fetch: createDashboard(options).app.fetch, overrideGlobalObjects: false },
    ...{ createServer, serverOptions: { key, cert } },
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const headers = { "content-type": "application/json" };
  const login = request({
    ...{ host: "127.0.0.1", port, path: "/api/login", method: "POST", headers },
    ...{ rejectUnauthorized: false, agent: false },
  });
  login.end(JSON.stringify({ token: tokens.observer }));
  const [answer] = await once(login, "response");
  answer.resume();
  expect(answer.headers["set-cookie"][0]).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  expect(answer.headers["content-security-policy"]).toContain(`connect-src 'self' wss://127.0.0.1:${port};`);
  expect(answer.headers).not.toHaveProperty("strict-transport-security");
  server.close();
});
