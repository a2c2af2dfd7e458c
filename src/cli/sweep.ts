import { isSeq, parseDocument } from "yaml";
import { InputError } from "../errors.ts";

/**
 * The override texts of `key=a,b,c`: `key=a`, `key=b`, `key=c`. Commas inside brackets, braces and quotes do not
 * separate, so that whole sections can be swept: `partition={kind: iid},{kind: dirichlet, alpha: 0.1}`.
 *
 * @throws InputError `cli.sweep` when there is no key, or fewer than two values
 */
export function parseSweep(text: string): string[] {
  const at = `--sweep ${text}`;
  const equals = text.indexOf("=");
  const listed = `[${text.slice(equals + 1)}]`;
  const document = parseDocument(listed, { prettyErrors: false });
  const items = isSeq(document.contents) ? document.contents.items : [];
  if (equals < 1 || document.errors.length > 0 || items.length < 2) {
    throw new InputError(
      "cli.sweep",
      `${at}: write it as key.path=a,b,c with at least two values, such as --sweep local.batch=16,32`,
      { at },
    );
  }
  return items.map((item) => {
    const [start, end] = (item as { range: [number, number, number] }).range;
    return `${text.slice(0, equals)}=${listed.slice(start, end)}`;
  });
}

/** Every combination of one override per sweep; one empty combination when there are no sweeps. */
export function combinations(sweeps: readonly (readonly string[])[]): string[][] {
  return sweeps.reduce<string[][]>(
    (before, sweep) => before.flatMap((overrides) => sweep.map((override) => [...overrides, override])),
    [[]],
  );
}
