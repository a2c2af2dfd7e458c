import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { isPage } from "./pages.ts";

/**
 * Headers that confine what a browser does with an answer: scripts, styles and connections of this origin only, no
 * frames, no referrer, and isolation from other origins, which shared memory for WebAssembly threads needs too.
 *
 * HSTS is left out: a browser would remember it for the whole host, and certificates for development come and go.
 */
export function strictHeaders(): MiddlewareHandler {
  const strict = withPolicy(["'self'"], ["'self'"]);
  // The client in a browser tab trains in WebAssembly and shows pictures that it has drawn. Its workers take the
  // policy of their own script, so the assets have it as well.
  const training = withPolicy(["'self'", "'wasm-unsafe-eval'"], ["'self'", "blob:"]);
  return (c, next) => (/^\/(join|assets)(\/|$)/.test(c.req.path) ? training(c, next) : strict(c, next));
}

function withPolicy(scripts: string[], images: string[]): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: scripts,
      styleSrc: ["'self'"],
      imgSrc: images,
      fontSrc: ["'self'"],
      connectSrc: ["'self'", socketOrigin],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    crossOriginEmbedderPolicy: true,
    xFrameOptions: "DENY",
    strictTransportSecurity: false,
  });
}

/** Safari before 15.4 does not count WebSockets of the same host as 'self'. */
function socketOrigin(c: Context): string {
  const { protocol, host } = new URL(c.req.url);
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}`;
}

/** How long an answer may be kept. The build names assets by their content, so they never change. */
export const cacheControl: MiddlewareHandler = async (c, next) => {
  await next();
  const isAsset = c.req.path.startsWith("/assets/") && c.res.ok;
  const asset = "public, max-age=31536000, immutable";
  c.res.headers.set("Cache-Control", isAsset ? asset : isPage(c.req.path) ? "no-cache" : "no-store");
};
