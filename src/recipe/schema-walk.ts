/** Reading the schema itself, so that error sentences and the reference page need no second list of keys. */
import { z } from "zod";

type Shape = Readonly<Record<string, z.ZodType>>;

/** The schema beneath defaults, `nullable` and `optional`. */
export function bare(schema: z.ZodType): z.ZodType {
  const wrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodExactOptional;
  return wrapped ? bare(schema.def.innerType as z.ZodType) : schema;
}

/** The alternatives of a section with several kinds; the section itself otherwise. */
export function alternatives(schema: z.ZodType): z.ZodType[] {
  const inner = bare(schema);
  return inner instanceof z.ZodUnion ? (inner.options as z.ZodType[]) : [inner];
}

/** Keys of a mapping; empty for anything else. */
export function shapeOf(schema: z.ZodType): Shape {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Shape) : {};
}

/** The value of an alternative's `kind`. */
export function kindOf(schema: z.ZodType): string | undefined {
  const { kind } = shapeOf(schema);
  const literal = kind && bare(kind);
  return literal instanceof z.ZodLiteral ? String(literal.value) : undefined;
}

/** Keys that tell alternatives without kinds apart: the first of each. */
export function firstKeys(schema: z.ZodType): string[] {
  return alternatives(schema).map((option) => Object.keys(shapeOf(option))[0]);
}

/** The alternative that a value means: by its `kind`, or, without kinds, by its first key being present. */
export function alternativeFor(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  const options = alternatives(schema);
  if (options.length === 1) return options[0];
  if (typeof value !== "object" || value === null) return undefined;
  return options.find((option) => {
    const kind = kindOf(option);
    return kind === undefined
      ? Object.keys(shapeOf(option))[0] in value
      : kind === ((value as { kind?: unknown }).kind ?? defaultKind(options));
  });
}

/** The kind that is meant where a section names none. */
function defaultKind(options: readonly z.ZodType[]): string | undefined {
  const option = options.find((one) => shapeOf(one).kind instanceof z.ZodDefault);
  return option && kindOf(option);
}

/** The schema at a key path of `value`, before choosing among its alternatives. */
export function schemaAt(
  root: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): z.ZodType | undefined {
  let schema: z.ZodType | undefined = root;
  let here = value;
  for (const key of path) {
    const alternative: z.ZodType | undefined = schema && alternativeFor(schema, here);
    schema = alternative && shapeOf(alternative)[String(key)];
    here = (here as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return schema;
}

/** Every section (as a key path) that has a key of this name in one of its alternatives. */
export function sectionsWithKey(root: z.ZodType, name: string, path: readonly string[] = []): string[] {
  const found = new Set<string>();
  for (const alternative of alternatives(root)) {
    for (const [key, schema] of Object.entries(shapeOf(alternative))) {
      if (key === name && path.length > 0) found.add(path.join("."));
      for (const section of sectionsWithKey(schema, name, [...path, key])) found.add(section);
    }
  }
  return [...found];
}
