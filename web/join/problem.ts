import { CoterieError } from "../../src/errors.ts";

/** What went wrong, for people, with its code; `join.page` where it is a fault of the page itself. */
export function problemOf(error: unknown): { readonly code: string; readonly problem: string } {
  if (error instanceof CoterieError) return { code: error.code, problem: error.message };
  const problem = error instanceof Error ? error.message : String(error);
  return { code: "join.page", problem: `Something went wrong in this page: ${problem}` };
}
