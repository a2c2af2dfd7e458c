/** Reading YAML with the place of every key and value kept, and with YAML's traps refused. */
import { isAlias, isMap, isScalar, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { InputError } from "../errors.ts";

/** Characters of a recipe; the longest in use are below 5,000. */
const LONGEST_RECIPE = 200_000;

/** Aliases that a document may expand to, so that a "billion laughs" file is refused. */
const MOST_ALIASES = 100;

export interface YamlDocument {
  /** The document as plain data. */
  readonly value: Record<string, unknown>;
  /**
   * Line and column (1-based) of the value at a key path, or of the key itself; of the nearest enclosing section
   * when the path is not in the file, with `exact` false.
   */
  place(path: readonly string[], on: "key" | "value"): { line: number; column: number; exact: boolean };
}

/**
 * Parses one YAML 1.2 mapping.
 *
 * @param file name for error messages
 * @throws InputError `recipe.yaml` with line and column when the text is not one well-formed mapping
 */
export function readYaml(text: string, file: string): YamlDocument {
  const fail = (line: number, column: number, sentence: string): never => {
    const at = `${file}:${line}:${column}`;
    throw new InputError("recipe.yaml", `${at}: ${sentence}`, { at });
  };
  if (text.length > LONGEST_RECIPE) {
    fail(
      1,
      1,
      `the file has ${text.length} characters, which is more than the ${LONGEST_RECIPE} of any recipe`,
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const defect = document.errors[0] ?? document.warnings[0];
  if (defect !== undefined) {
    const { line, col } = lines.linePos(defect.pos[0]);
    fail(line, col, yamlSentence(defect.code, defect.message));
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    fail(1, 1, "the file is empty; a recipe is a mapping such as `task: mnist-mlp`");
  }
  if (!isMap(root)) fail(1, 1, "a recipe is a mapping of keys to values, such as `task: mnist-mlp`");
  let value: Record<string, unknown> = {};
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    const unresolved = /Unresolved alias.*: (.*)$/.exec((error as Error).message);
    if (unresolved) fail(1, 1, `the alias *${unresolved[1]} has no anchor &${unresolved[1]} before it`);
    fail(1, 1, `the file's aliases expand to more than ${MOST_ALIASES} values; write the values out`);
  }
  return {
    value,
    place(path, on) {
      let node: ParsedNode | null | undefined = root;
      let found = { offset: root?.range[0] ?? 0, exact: path.length === 0 };
      for (const [depth, name] of path.entries()) {
        const map: unknown = isAlias(node) ? node.resolve(document) : node;
        if (!isMap<ParsedNode, ParsedNode | null>(map)) break;
        const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === name);
        if (pair === undefined) break;
        node = pair.value;
        const last = depth === path.length - 1;
        const shown = last && on === "value" && node ? node : pair.key;
        found = { offset: shown.range[0], exact: last };
      }
      const { line, col } = lines.linePos(found.offset);
      return { line, column: col, exact: found.exact };
    },
  };
}

function yamlSentence(code: string, message: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "this key is written twice; remove one of the two";
    case "TAB_AS_INDENT":
      return "YAML does not allow tabs for indentation; use spaces";
    case "MULTIPLE_DOCS":
      return "the file holds several YAML documents; a recipe is one, so remove the line `---`";
    case "NON_STRING_KEY":
      return "keys must be plain words";
    case "RESOURCE_EXHAUSTION":
      return "the file is nested too deeply to be a recipe";
    default:
      return `the file is not well-formed YAML: ${message.replace(/\s+/g, " ").replace(/\.$/, "")}`;
  }
}
