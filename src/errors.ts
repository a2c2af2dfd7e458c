/**
 * The one base of every error that Coterie throws on purpose.
 *
 * `code` is stable and listed in `docs/errors.md`; `message` is one sentence for people that says what is
 * wrong, where, and what to do; `at` is the place (a file with line, a recipe key, a client).
 */
export class CoterieError extends Error {
  readonly code: string;
  readonly at: string | undefined;

  constructor(code: string, message: string, options: { at?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.at = options.at;
  }
}

/** The user's recipe, data or command line is wrong (exit code 2). */
export class InputError extends CoterieError {}

/** The run itself failed (exit code 1). */
export class RunError extends CoterieError {}
