import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import { type Certificate, developmentCertificate } from "./certificate.ts";
import { loadCertificate, pinnedConnection } from "./tls.ts";
import { connectWebSocket } from "./websocket-client.ts";

const root = mkdtempSync(join(tmpdir(), "coterie-tls-"));
let certificate: Certificate;
let other: Certificate;
beforeAll(async () => {
  certificate = await developmentCertificate(join(root, "one"), [], new Date());
  // Long expired and for another host: what counts is the fingerprint alone.
  other = await developmentCertificate(join(root, "two"), ["example.org"], new Date(0));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An HTTPS server that greets, and takes WebSockets. */
async function serve({ cert, key }: Certificate) {
  const server = createServer({ cert, key }, (_, response) => void response.end("hello"));
  new WebSocketServer({ server }).on("connection", (socket) => socket.send("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, [Symbol.dispose]: stop };
}

async function get(port: number, fingerprint: string | undefined, host = "127.0.0.1"): Promise<string> {
  const sent = request({ host, port, path: "/some/path", ...pinnedConnection(fingerprint) }).end();
  const [response] = await once(sent, "response");
  return Buffer.concat(await response.toArray()).toString();
}

async function talk(port: number, fingerprint: string | undefined): Promise<string> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/session`, pinnedConnection(fingerprint));
  const [data] = await once(socket, "message");
  socket.terminate();
  return String(data);
}

describe("pinned connection", () => {
  it("is made to the server with the certificate, over HTTPS and WebSockets", async () => {
    using server = await serve(certificate);
    expect(await get(server.port, certificate.fingerprint)).toBe("hello");
    expect(await get(server.port, certificate.fingerprint, "localhost")).toBe("hello");
    expect(await talk(server.port, certificate.fingerprint)).toBe("hello");
  });

  it("looks neither at names nor at dates", async () => {
    using server = await serve(other);
    expect(await get(server.port, other.fingerprint)).toBe("hello");
  });

  it("is refused where the certificate is another", async () => {
    using server = await serve(other);
    const refusal = {
      name: "InputError",
      code: "tls.certificate",
      at: `127.0.0.1:${server.port}`,
    };
    for (const wrong of [certificate.fingerprint, other.fingerprint.toUpperCase(), ""]) {
      await expect(get(server.port, wrong)).rejects.toMatchObject(refusal);
      await expect(talk(server.port, wrong)).rejects.toMatchObject(refusal);
    }
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("sends nothing to another server, in %s", async (version) => {
    const { cert, key } = other;
    let received = 0;
    const server = createTlsServer({ cert, key, minVersion: version, maxVersion: version }, (socket) => {
      socket
        .on("error", () => {})
        .on("data", (data) => {
          received += data.length;
          socket.destroy();
        });
    });
    const ended = new Promise((resolve) => server.on("connection", (tcp) => tcp.on("close", resolve)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(get(port, certificate.fingerprint)).rejects.toMatchObject({ code: "tls.certificate" });
    await ended;
    expect(received).toBe(0);
    server.close();
  });

  it("follows the platform's rules without a fingerprint", async () => {
    using server = await serve(certificate);
    await expect(get(server.port, undefined)).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await expect(talk(server.port, undefined)).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });
});

describe("a client's WebSocket", () => {
  const open = (port: number, options?: ClientOptions) =>
    connectWebSocket(`wss://127.0.0.1:${port}/session`, options).then((connection) => connection.close());

  it("is not opened to a server whose certificate is not to be trusted, and says so in its own words", async () => {
    using server = await serve(certificate);
    using expired = await serve(other);
    const refusal = (port: number) => ({
      name: "InputError",
      code: "tls.certificate",
      at: `127.0.0.1:${port}`,
    });
    await expect(open(server.port)).rejects.toMatchObject(refusal(server.port));
    await expect(open(server.port)).rejects.toThrow("(self-signed certificate); join with the whole link");
    await expect(open(expired.port, { ca: other.cert })).rejects.toThrow("(certificate has expired)");
    await expect(open(server.port, pinnedConnection(other.fingerprint))).rejects.toMatchObject(
      refusal(server.port),
    );
    await open(server.port, { ca: certificate.cert });
    await open(server.port, pinnedConnection(certificate.fingerprint));
  });

  it("fails as it does elsewhere when only the server is not ready", async () => {
    const server = createServer({ cert: other.cert, key: other.key }, (_, response) => {
      response.writeHead(503).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const pinned = pinnedConnection(other.fingerprint);
    await expect(open(port, pinned)).rejects.toThrow("Unexpected server response: 503");
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    await expect(open(port, pinned)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("certificate files", () => {
  const file = (name: string, content: string) => {
    const path = join(root, name);
    writeFileSync(path, content);
    return path;
  };

  it("are loaded when they belong together, and serve", async () => {
    // A chain as authorities give it: the server's own certificate comes first.
    const cert = file("chain.pem", `${certificate.cert}\n${other.cert}\n`);
    const loaded = await loadCertificate({ cert, key: file("key.pem", certificate.key) });
    expect(loaded.fingerprint).toBe(certificate.fingerprint);
    using server = await serve(loaded);
    expect(await get(server.port, certificate.fingerprint)).toBe("hello");
  });

  it("are refused when they are missing, wrong, locked, or of two pairs", async () => {
    const cert = file("cert.pem", certificate.cert);
    const key = file("key.pem", certificate.key);
    const missing = join(root, "missing.pem");
    const { privateKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "word" },
    });
    for (const [files, code, at] of [
      [{ cert: missing, key }, "tls.file", missing],
      [{ cert, key: missing }, "tls.file", missing],
      [{ cert: root, key }, "tls.file", root],
      [{ cert: key, key }, "tls.file", key],
      [{ cert, key: cert }, "tls.file", cert],
      [{ cert, key: file("locked.pem", privateKey) }, "tls.file", join(root, "locked.pem")],
      [{ cert, key: file("other.pem", other.key) }, "tls.mismatch", join(root, "other.pem")],
    ] as const) {
      await expect(loadCertificate(files)).rejects.toMatchObject({ name: "InputError", code, at });
    }
  });
});
