import type { MiddlewareHandler } from "hono";
import { ApiError } from "./api-error.ts";

/**
 * Answers only requests that name this server. A hostile page can give its own name the address of this machine
 * (DNS rebinding) and would then count as our origin; its requests still carry its name.
 *
 * @param hosts names and addresses without port; IPv6 addresses in brackets
 */
export function onlyHosts(hosts: readonly string[]): MiddlewareHandler {
  const served = new Set(hosts.map((host) => host.toLowerCase()));
  return async (c, next) => {
    if (!served.has(hostName(c.req.header("host") ?? ""))) {
      throw new ApiError(
        "dashboard.host",
        421,
        "This server does not serve that host; use the printed link.",
      );
    }
    await next();
  };
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
