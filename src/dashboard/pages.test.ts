import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { servePages } from "./pages.ts";
import { ask } from "./testing/test-dashboard.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-pages-"));
let server: Server;
let url: string;

beforeAll(async () => {
  for (const name of ["dashboard", "join", "assets", "private"])
    mkdirSync(join(folder, "web", name), { recursive: true });
  writeFileSync(join(folder, "web", "dashboard", "index.html"), "the dashboard");
  writeFileSync(join(folder, "web", "assets", "a-1.js"), "script");
  for (const secret of ["secret", "web/secret", "web/private/secret"])
    writeFileSync(join(folder, secret), "secret");
  const pages = servePages(join(folder, "web"));
  server = createAdaptorServer({ fetch: pages.fetch, overrideGlobalObjects: false }) as Server;
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

test("serves the built files, and leads to the dashboard wherever a proxy has put it", async () => {
  expect(await ask(url, "/dashboard/")).toMatchObject({ status: 200, body: "the dashboard" });
  expect(await ask(url, "/assets/a-1.js?x=1")).toMatchObject({ status: 200, body: "script" });
  expect(await ask(url, "/assets/a-1.js", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  for (const path of ["/", "/dashboard"]) {
    expect((await ask(url, path)).headers.location).toBe("./dashboard/");
  }
});

test.each([
  "/secret",
  "/private/secret",
  "/dashboard/../secret",
  "/dashboard/../../secret",
  "/dashboard/%2e%2e/secret",
  "/dashboard/..%2fsecret",
  "/dashboard/..%2f..%2fsecret",
  "/dashboard/..%252f..%252fsecret",
  "/dashboard/..\\..\\secret",
  "/dashboard/%5c..%5csecret",
  "/dashboard//../../secret",
  "/dashboard/%00",
  "/assets",
  "/assets/",
  "/assets/absent.js",
  "/dashboard/%zz",
])("gives nothing away for %s", async (path) => {
  const { status, body } = await ask(url, path);
  expect([400, 404]).toContain(status);
  expect(body).not.toContain("secret");
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("answers no %s", async (method) => {
  expect((await ask(url, "/dashboard/", { method })).status).toBe(404);
});

test("says how to build the pages when they are missing", () => {
  const missing = join(folder, "absent");
  expect(() => servePages(missing)).toThrow(
    expect.objectContaining({
      code: "dashboard.pages",
      message: expect.stringContaining("npm run build:web"),
    }),
  );
});
