import { hostname, networkInterfaces } from "node:os";
import { InputError } from "../../errors.ts";

export interface ListenAddress {
  /** Name or address; IPv6 without brackets. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * `127.0.0.1:8787`, `[::1]:0`, `0.0.0.0:443`.
 *
 * @throws InputError `serve.listen`
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new InputError(
      "serve.listen",
      `--listen ${text} is no address; give HOST:PORT, such as 127.0.0.1:8787 or [::1]:0.`,
      { at: "--listen" },
    );
  }
  return { host: match[1] ?? match[2], port };
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Under which names and addresses the server will be reached: the most useful one for others first, none in brackets.
 *
 * @param host that it listens on; an unspecified one stands for all of this machine's
 */
export function reachableHosts(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::")
    return [host, ...(isLoopback(host) ? ["127.0.0.1", "localhost"] : [])];
  const addresses = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, scopeid }) => family === "IPv4" || !scopeid)
    .sort((a, b) => Number(a.internal) - Number(b.internal) || (a.family < b.family ? -1 : 1))
    .map(({ address }) => address);
  return [...addresses, hostname(), "localhost"];
}

/** As it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
