/** Who may do what. Everything that is not public here needs a token, also what does not exist. */
import { randomBytes } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import { ApiError } from "./api-error.ts";
import type { Environment } from "./environment.ts";
import { FailedAttempts } from "./failed-attempts.ts";
import { isPage } from "./pages.ts";
import { Sessions } from "./sessions.ts";
import { type Role, roleOfToken, type Tokens } from "./tokens.ts";

const loginBody = z.strictObject({ token: z.string().max(1024) });
const LOGIN_BYTES = 4096;

export interface Access {
  /** Lets a request pass or refuses it; the handlers behind it find the role in `role`. */
  readonly guard: MiddlewareHandler<Environment>;
  /** `POST /login` and `GET /me`. */
  readonly routes: Hono<Environment>;
}

export function createAccess(tokens: Tokens): Access {
  const sessions = new Sessions();
  const failed = new FailedAttempts();
  // Browsers send cookies to every port of a host, so two dashboards on one must not share a name.
  const cookie = `coterie-${randomBytes(6).toString("hex")}`;

  function roleOf(c: Context<Environment>, token: string): Role {
    const role = roleOfToken(tokens, token);
    // The right token counts whatever others have tried: behind a proxy all come from one address.
    if (role !== undefined) return role;
    const address = getConnInfo(c).remote.address ?? "";
    const wait = failed.waitOf(address);
    if (wait > 0) {
      throw new ApiError(
        "dashboard.attempts",
        429,
        `Too many wrong tokens came from this address; try again in ${wait} s.`,
        { "Retry-After": String(wait) },
      );
    }
    failed.add(address);
    throw unauthorized();
  }

  const guard: MiddlewareHandler<Environment> = async (c, next) => {
    if (isPublic(c)) return next();
    const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const role = bearer === undefined ? sessions.roleOf(getCookie(c, cookie) ?? "") : roleOf(c, bearer);
    if (role === undefined) throw unauthorized();
    if (!isReading(c)) checkMutation(c, role);
    c.set("role", role);
    await next();
  };

  const routes = new Hono<Environment>();
  routes.post("/login", bodyLimit({ maxSize: LOGIN_BYTES, onError: tooLarge }), async (c) => {
    const role = roleOf(c, await tokenIn(c));
    setCookie(c, cookie, sessions.open(role), {
      ...{ httpOnly: true, sameSite: "Strict", path: "/" },
      secure: c.req.url.startsWith("https:"),
    });
    return c.json({ role });
  });
  routes.get("/me", (c) => c.json({ role: c.get("role") }));
  return { guard, routes };
}

function isPublic(c: Context<Environment>): boolean {
  const { path } = c.req;
  if (!isReading(c)) return c.req.method === "POST" && path === "/api/login";
  return path === "/" || path === "/healthz" || isPage(path);
}

function isReading(c: Context<Environment>): boolean {
  return c.req.method === "GET" || c.req.method === "HEAD";
}

/** A page of another origin may make a browser send its cookie, but not this header. */
function checkMutation(c: Context<Environment>, role: Role): void {
  if (role !== "operator") {
    throw new ApiError(
      "dashboard.role",
      403,
      "Only an operator may do this; log in with the operator's token.",
    );
  }
  if (c.req.header("x-coterie") !== "1") {
    throw new ApiError("dashboard.header", 403, "The header X-Coterie: 1 is missing.");
  }
}

async function tokenIn(c: Context<Environment>): Promise<string> {
  // Pages of other origins cannot send this type unasked, so they cannot use up the user's attempts.
  const isJson = /^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "");
  const body = isJson ? loginBody.safeParse(await c.req.json().catch(() => undefined)) : undefined;
  if (body?.success) return body.data.token;
  throw new ApiError("dashboard.body", 400, 'Send { "token": "..." } as application/json.');
}

function tooLarge(): never {
  throw new ApiError("dashboard.size", 413, `The body is larger than ${LOGIN_BYTES} bytes.`);
}

function unauthorized(): ApiError {
  return new ApiError(
    "dashboard.token",
    401,
    "A valid token is needed; open the link that the command printed, or send it as Authorization: Bearer.",
    { "WWW-Authenticate": "Bearer" },
  );
}
