import { z } from "zod";
import { recipeSchema } from "./schema.ts";
import { alternatives, firstKeys, kindOf, shapeOf } from "./schema-walk.ts";

/** The reference of all keys as Markdown, which is `docs/recipe-keys.md`. */
export function recipeReference(): string {
  const plain: string[] = [];
  const sections: string[] = [];
  for (const [key, schema] of Object.entries(recipeSchema.shape)) {
    if (isSection(schema)) sections.push(`## \`${key}\`\n\n${section(schema, key)}`);
    else plain.push(row(key, schema));
  }
  return `${[heading, table(plain), ...sections].join("\n\n")}\n`;
}

const heading = `# Every key of a recipe

Made from the recipe's schema (\`npx vitest run src/recipe -u\` makes it anew); see [recipe.md](recipe.md) for how to
write one. Nothing is accepted and ignored: other keys are refused.`;

/** A section's text and tables: one for its own keys, one for each kind, and those of the sections within. */
function section(schema: z.ZodType, path: string): string {
  const absent = withoutIt(schema);
  const intro = `${schema.description ?? ""}${absent === "" ? "" : ` Default: ${absent}.`}`;
  const options = alternatives(schema);
  const shared = sharedSections(options);
  const sources = firstKeys(schema);
  const parts = options.flatMap((option, i) => {
    const kind = kindOf(option);
    const isMapping = options.length === 1 && kind === undefined;
    const title = kind === undefined ? sources[i] : `kind: ${kind}`;
    const text = isMapping ? [] : [`\`${title}\`: ${option.description}`];
    const entries = Object.entries(shapeOf(option)).filter(([key]) => key !== "kind");
    const rows = entries.filter(([, value]) => !isSection(value)).map(([key, value]) => row(key, value));
    const within = entries
      .filter(([, value]) => isSection(value) && !shared.has(value))
      .map(([key, value]) => subsection(value, `${path}.${key}`));
    return [...text, ...(rows.length > 0 ? [table(rows)] : []), ...within];
  });
  const common = [...shared].map(([value, key]) => subsection(value, `${path}.${key}`));
  return [intro, ...parts, ...common].join("\n\n");
}

function subsection(schema: z.ZodType, path: string): string {
  return `### \`${path}\`\n\n${section(schema, path)}`;
}

/** Sections that several kinds have in common, with their keys; they are shown once. */
function sharedSections(options: readonly z.ZodType[]): Map<z.ZodType, string> {
  const seen = new Set<z.ZodType>();
  const shared = new Map<z.ZodType, string>();
  for (const [key, value] of options.flatMap((option) => Object.entries(shapeOf(option)))) {
    if (!isSection(value)) continue;
    if (seen.has(value)) shared.set(value, key);
    seen.add(value);
  }
  return shared;
}

function isSection(schema: z.ZodType): boolean {
  return Object.keys(shapeOf(alternatives(schema)[0])).length > 0;
}

function table(rows: readonly string[]): string {
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function row(key: string, schema: z.ZodType): string {
  const cells = [`\`${key}\``, valueText(schema), absentText(schema), schema.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function absentText(schema: z.ZodType): string {
  if (schema === recipeSchema.shape.name) return "the file's name";
  if (schema instanceof z.ZodExactOptional) return "none";
  return schema.safeParse(undefined).success ? withoutIt(schema) : "required";
}

/** What holds when the key is left out; empty when that is nothing at all, or described by the keys within. */
function withoutIt(schema: z.ZodType): string {
  const fallback = schema.safeParse(undefined);
  if (!fallback.success || fallback.data === undefined) return "";
  if (typeof fallback.data !== "object" || fallback.data === null)
    return `\`${JSON.stringify(fallback.data)}\``;
  const { kind } = fallback.data as { kind?: string };
  return kind === undefined ? "" : `\`{ kind: ${kind} }\``;
}

/** Type and range, from the JSON Schema, which states them plainly. */
function valueText(schema: z.ZodType): string {
  const { anyOf, ...own } = z.toJSONSchema(schema, { io: "input" });
  const choices = (anyOf ?? [own]) as JsonSchema[];
  return choices.map(oneValue).join(" or ");
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function oneValue(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  const type = { integer: "whole number", number: "number", string: "text", boolean: "`true` or `false`" };
  const name = type[schema.type as keyof typeof type] ?? `\`${schema.type}\``;
  const bounds = [
    schema.minimum === undefined || schema.minimum <= Number.MIN_SAFE_INTEGER ? [] : [`>= ${schema.minimum}`],
    schema.exclusiveMinimum === undefined ? [] : [`> ${schema.exclusiveMinimum}`],
    schema.maximum === undefined || schema.maximum >= 1e9 ? [] : [`<= ${schema.maximum}`],
    schema.exclusiveMaximum === undefined ? [] : [`< ${schema.exclusiveMaximum}`],
  ].flat();
  return [name, ...bounds].join(", ");
}
