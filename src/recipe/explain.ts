/** One sentence for each thing that the schema refuses. */
import { z } from "zod";
import { nearestName } from "../data/index.ts";
import {
  alternativeFor,
  alternatives,
  bare,
  firstKeys,
  kindOf,
  schemaAt,
  sectionsWithKey,
  shapeOf,
} from "./schema-walk.ts";

/** Something wrong with a recipe, before its place in a file is known. */
export interface Problem {
  /** Stable, listed in `docs/errors.md`. */
  readonly code: string;
  /** Key path of the value that is wrong. */
  readonly path: readonly string[];
  /** Whether the key itself is wrong, rather than its value. */
  readonly key?: true;
  /** What is wrong and what to do, without the place. */
  readonly sentence: string;
}

type Issue = z.core.$ZodIssue;

/**
 * Turns what zod found into problems, wrong keys first: a misspelt key also leaves a key missing, and the
 * misspelling is what helps.
 *
 * @param schema the schema that refused `value`
 */
export function explain(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Problem[] {
  const problems = issues.flatMap((issue) => explainIssue(schema, value, issue));
  return [...problems.filter((problem) => problem.key), ...problems.filter((problem) => !problem.key)];
}

function explainIssue(root: z.ZodType, value: unknown, issue: Issue): Problem[] {
  const path = issue.path.map(String);
  const name = path.join(".");
  const received = valueAt(value, path);
  const problem = (code: string, sentence: string): Problem[] => [{ code, path, sentence }];
  if (received === undefined && issue.code !== "unrecognized_keys") {
    return problem("recipe.missing", missingSentence(root, value, path));
  }
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        code: "recipe.key",
        path: [...path, key],
        key: true,
        sentence: unknownKeySentence(root, value, path, key),
      }));
    case "invalid_type":
      return problem(
        "recipe.type",
        `${name} must be ${wanted(schemaAt(root, value, path), issue.expected, received)}, not ${show(received)}`,
      );
    case "too_small":
      return problem(
        "recipe.range",
        issue.origin === "string"
          ? `${name} must not be empty`
          : `${name} must be ${issue.inclusive ? "at least" : "greater than"} ${issue.minimum}, not ${show(received)}`,
      );
    case "too_big":
      return problem(
        "recipe.range",
        `${name} must be ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}, not ${show(received)}`,
      );
    case "invalid_value":
      return problem("recipe.choice", choiceSentence(name, received, issue.values.map(String)));
    case "invalid_union":
      return explainUnion(root, value, issue);
    case "invalid_format":
      return problem("recipe.format", `${name} ${show(received)} ${issue.message}`);
    default:
      return problem("recipe.value", `${name} ${show(received)}: ${issue.message}`);
  }
}

function explainUnion(root: z.ZodType, value: unknown, issue: Issue & { code: "invalid_union" }): Problem[] {
  const path = issue.path.map(String);
  const name = path.join(".");
  const received = valueAt(value, path);
  if (issue.discriminator !== undefined) {
    const kinds = alternatives(schemaAt(root, value, path.slice(0, -1)) as z.ZodType).map((a) =>
      String(kindOf(a)),
    );
    return [{ code: "recipe.choice", path, sentence: choiceSentence(name, received, kinds) }];
  }
  const sources = firstKeys(schemaAt(root, value, path) as z.ZodType);
  if (typeof received !== "object" || received === null || Array.isArray(received)) {
    const sentence = `${name} must be a mapping with one of ${sources.join(", ")}, not ${show(received)}`;
    return [{ code: "recipe.type", path, sentence }];
  }
  const present = sources.filter((key) => Object.hasOwn(received, key));
  if (present.length > 1) {
    const sentence = onlyOne(name, present);
    return [{ code: "recipe.key", path: [...path, present[1]], key: true, sentence }];
  }
  if (present.length === 0) return [noSource(path, sources, Object.keys(received)[0])];
  const chosen = issue.errors[sources.indexOf(present[0])];
  return explain(
    root,
    value,
    chosen.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue),
  );
}

function onlyOne(name: string, present: readonly string[]): string {
  return `${name} has ${present.join(" and ")}, but takes only one of them; remove the other`;
}

/** `written` is the first key that is there, a likely misspelling. */
function noSource(path: readonly string[], sources: readonly string[], written: string | undefined): Problem {
  const needs = `${path.join(".")} needs one of ${sources.join(", ")}`;
  const nearest = written === undefined ? undefined : nearestName(written, sources);
  if (written === undefined || nearest === undefined)
    return { code: "recipe.missing", path, sentence: needs };
  return {
    code: "recipe.key",
    path: [...path, written],
    key: true,
    sentence: `"${written}" is not a key of ${path.join(".")}; did you mean "${nearest}"?`,
  };
}

function unknownKeySentence(root: z.ZodType, value: unknown, path: readonly string[], key: string): string {
  const section = schemaAt(root, value, path) as z.ZodType;
  const here = valueAt(value, path);
  const chosen = alternativeFor(section, here) ?? section;
  const kind = alternatives(section).length > 1 ? kindOf(chosen) : undefined;
  const where =
    path.length === 0
      ? "is not a recipe key"
      : `is not a key of ${path.join(".")}${kind ? ` with kind ${kind}` : ""}`;
  const keys = Object.keys(shapeOf(chosen));
  const elsewhere = alternatives(section).filter((option) => Object.hasOwn(shapeOf(option), key));
  if (elsewhere.length > 0 && kind !== undefined) {
    return `"${key}" ${where}; it belongs to kind ${elsewhere.map(kindOf).join(", ")}`;
  }
  if (firstKeys(section).includes(key)) return onlyOne(path.join("."), [keys[0], key]);
  if (elsewhere.length > 0) {
    return `"${key}" ${where} with ${keys[0]}; it belongs to ${elsewhere.map((option) => Object.keys(shapeOf(option))[0]).join(", ")}`;
  }
  const nearest = nearestName(key, keys);
  if (nearest !== undefined) return `"${key}" ${where}; did you mean "${nearest}"?`;
  const sections = sectionsWithKey(root, key);
  if (sections.length > 0) return `"${key}" ${where}; it belongs under ${sections.join(" or ")}`;
  return `"${key}" ${where}; valid keys are ${keys.join(", ")}`;
}

function missingSentence(root: z.ZodType, value: unknown, path: readonly string[]): string {
  const key = path.at(-1);
  const parent = path.length > 1 ? path.slice(0, -1).join(".") : "the recipe";
  if (key === "kind") {
    const kinds = alternatives(schemaAt(root, value, path.slice(0, -1)) as z.ZodType).map(kindOf);
    return `${parent} needs "kind"; available: ${kinds.join(", ")}`;
  }
  return `${parent} needs "${key}": ${description(root, value, path)}`;
}

function choiceSentence(name: string, received: unknown, choices: readonly string[]): string {
  const nearest = typeof received === "string" ? nearestName(received, choices) : undefined;
  const hint = nearest === undefined ? "" : `did you mean "${nearest}"? `;
  return `${name} ${show(received)} is not offered by this version; ${hint}available: ${choices.join(", ")}`;
}

function description(root: z.ZodType, value: unknown, path: readonly string[]): string {
  const text = schemaAt(root, value, path)?.description ?? "a value";
  return text.replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** What a value of this schema must be, as a sentence says it. */
function wanted(schema: z.ZodType | undefined, expected: string, received: unknown): string {
  const inner = schema && bare(schema);
  const isWhole = expected === "int" || (inner instanceof z.ZodNumber && inner.format === "safeint");
  const type = isWhole ? "a whole number" : (typeNames[expected] ?? expected);
  const kinds = schema ? alternatives(schema).flatMap((option) => kindOf(option) ?? []) : [];
  const kind = kinds.find((one) => one === received) ?? kinds[0];
  const example = kind === undefined ? "" : ` such as { kind: ${kind} }`;
  const orNull = schema?.safeParse(null).success ? " or null" : "";
  return `${type}${example}${orNull}`;
}

const typeNames: Readonly<Record<string, string>> = {
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a mapping",
};

/** A received value as a sentence shows it, at most 60 characters. */
function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value === null) return "null";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => {
    const holds = typeof here === "object" && here !== null && Object.hasOwn(here, key);
    return holds ? (here as Record<string, unknown>)[key] : undefined;
  }, value);
}
