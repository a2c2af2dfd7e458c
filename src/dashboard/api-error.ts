import type { ContentfulStatusCode } from "hono/utils/http-status";

/**
 * A request that is refused. The client gets `status` and `{ "error": { "code", "message" } }`; codes are stable and
 * listed in `docs/errors.md`.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: ContentfulStatusCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}
