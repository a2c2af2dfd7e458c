/**
 * The network side of a served run: one HTTP(S) server with the clients' WebSocket, the pages and the dashboard, and
 * the links that let people in. Nobody gets in without one; beyond this machine everything goes by TLS.
 */
import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { Registry } from "prom-client";
import { createDashboard } from "../../dashboard/dashboard.ts";
import { newToken } from "../../dashboard/tokens.ts";
import type { RunFolder } from "../../records/node/index.ts";
import type { Door } from "../../run/serve.ts";
import type { Service } from "../../run/service.ts";
import { type Certificate, developmentCertificate } from "../../runtime/node/certificate.ts";
import { serverIdentity } from "../../runtime/node/key-store.ts";
import { systemClock } from "../../runtime/node/system-clock.ts";
import { acceptWebSockets } from "../../runtime/node/websocket-server.ts";
import { SessionError } from "../../runtime/session/control.ts";
import { fingerprint } from "../../runtime/session/identity.ts";
import { formatJoinLink } from "../../runtime/session/join-link.ts";
import { RateLimit } from "../../runtime/session/rate-limit.ts";
import type { AllowedKey } from "./allow-list.ts";
import { listen } from "./check-door.ts";
import { watchExclusions } from "./exclusions.ts";
import { inUrl, isLoopback, type ListenAddress, reachableHosts } from "./listen-address.ts";
import { Membership } from "./membership.ts";
import { createSessionMetrics } from "./session-metrics.ts";

export interface DoorOptions {
  readonly listen: ListenAddress;
  /** Of an authority; absent: plain on loopback, elsewhere a certificate made on the fly. */
  readonly certificate?: Certificate;
  /** Plain HTTP beyond this machine, for a proxy that does TLS. */
  readonly insecure: boolean;
  /** The URL by which clients reach the server, where that is not its own address. */
  readonly publicUrl?: string;
  /** Invitations for one client each; 0: one for all. */
  readonly invitations: number;
  /** Clients that are let in beforehand. */
  readonly allowed?: readonly AllowedKey[];
  /** The operator wants the run to stop. */
  readonly stop: () => void;
  readonly log: Log;
  /** Once the server listens. */
  readonly announce: (links: Links) => void;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Links {
  /** Each for one client, or one for all. */
  readonly join: readonly string[];
  /** The dashboard's, for who may also stop the run. */
  readonly operator: string;
  /** The dashboard's, for who may only look. */
  readonly observer: string;
}

const STOP_MILLISECONDS = 200;
/** Refusals that are logged, on average and at once. */
const LOGGED_PER_SECOND = 1;
const LOGGED_AT_ONCE = 100;
/** Milliseconds that a connection gets for the head of its request. */
const HEAD_PATIENCE = 10_000;
const MOST_CONNECTIONS = 20_000;

export async function openDoor(folder: RunFolder, options: DoorOptions): Promise<Door> {
  const { log } = options;
  const identity = await serverIdentity(folder.path);
  const membership = await Membership.open(folder.path);
  if (options.allowed) await membership.allow(options.allowed);
  const registry = new Registry();
  const metrics = createSessionMetrics(registry);
  const logged = new RateLimit(LOGGED_PER_SECOND, LOGGED_AT_ONCE);
  return {
    identity,
    async admit(claim) {
      try {
        return await membership.admit(claim);
      } catch (error) {
        if (!(error instanceof SessionError)) log.error({ error: String(error) }, "nobody can be let in");
        throw error;
      }
    },
    members: () => membership.clients().map(({ name }) => name),
    refused(from, code) {
      metrics.refused(code);
      // Strangers may not fill the disk; the metrics count them all.
      if (logged.allow(systemClock.now())) log.warn({ client: from, code }, "refused");
    },
    async open(service) {
      metrics.watch(service);
      const { host } = options.listen;
      const hosts = reachableHosts(host);
      const certificate = await certificateFor(folder, hosts, options);
      const tokens = { observer: newToken(), operator: newToken() };
      const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl);
      const names = [...hosts.map(inUrl), ...(publicUrl ? [publicUrl.hostname] : [])].map((name) =>
        name.toLowerCase(),
      );
      const dashboard = createDashboard({
        ...{ folder: dirname(folder.path), run: folder.run },
        tokens,
        hosts: names,
        stop(run) {
          if (run !== folder.run) return false;
          log.info({ run }, "stop asked for in the dashboard");
          // Whoever asked for it gets an answer first.
          setTimeout(options.stop, STOP_MILLISECONDS);
          return true;
        },
        metrics: registry,
        onError: (error) => log.error({ error: String(error) }, "a request failed"),
      });
      const listener = getRequestListener(dashboard.app.fetch, { overrideGlobalObjects: false });
      const limits = { headersTimeout: HEAD_PATIENCE, connectionsCheckingInterval: HEAD_PATIENCE / 2 };
      const server = (
        certificate
          ? createHttpsServer({ ...limits, ...certificate }, listener)
          : createHttpServer(limits, listener)
      ) as Server;
      server.maxConnections = MOST_CONNECTIONS;
      const endWebSockets = acceptWebSockets(server, service.reception, {
        // The page must be this server's own, by a name that is: see `onlyHosts`.
        allows: (origin, { headers }) =>
          URL.canParse(origin) &&
          new URL(origin).host === headers.host &&
          names.includes(new URL(origin).hostname),
      });
      await listen(server, options.listen);
      const endWatch = watchExclusions(folder.path, () => keepOut(membership, service, log));
      const { port } = server.address() as AddressInfo;
      const scheme = certificate ? "https" : "http";
      const url = publicUrl?.href.replace(/\/$/, "") ?? `${scheme}://${inUrl(hosts[0])}:${port}`;
      const isPinned = certificate && options.certificate === undefined;
      const link = {
        url,
        serverKey: await fingerprint(identity.publicKey),
        ...(isPinned && { certificate: certificate.fingerprint }),
      };
      const invitations = await membership.invite(
        options.invitations || 1,
        options.invitations > 0 ? "single" : "reusable",
      );
      const join = invitations.map((token) => formatJoinLink({ ...link, token }));
      const board = (token: string) => `${url}/dashboard/#token=${token}`;
      log.info({ url, run: folder.run, tls: certificate !== undefined }, "listening");
      options.announce({ join, operator: board(tokens.operator), observer: board(tokens.observer) });
      return () => {
        endWatch();
        return closeServer(server, endWebSockets, () => dashboard.close());
      };
    },
  };
}

/** Puts out whom the operator has excluded by now; they come back at once, and are told why they are not let in. */
async function keepOut(membership: Membership, service: Service, log: Log): Promise<void> {
  try {
    const banned = await membership.readExclusions();
    log.info({ banned }, "exclusions read");
    for (const client of banned) service.reception.dismiss(client, "stopped");
  } catch (error) {
    log.error({ error: String(error) }, "the exclusions cannot be read");
  }
}

async function certificateFor(
  folder: RunFolder,
  hosts: readonly string[],
  { certificate, insecure, listen }: DoorOptions,
): Promise<Certificate | undefined> {
  if (certificate) return certificate;
  if (insecure || isLoopback(listen.host)) return undefined;
  return developmentCertificate(folder.path, hosts, new Date());
}

async function closeServer(
  server: Server,
  endWebSockets: () => void,
  closeDashboard: () => Promise<void>,
): Promise<void> {
  const closed = once(server, "close");
  server.close();
  endWebSockets();
  await closeDashboard();
  server.closeAllConnections();
  await closed;
}
