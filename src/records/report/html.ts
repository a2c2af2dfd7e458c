/** HTML that may be put into a page as it is; everything else is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | null | undefined | false | readonly Value[];

/**
 * A tagged template that escapes every value put into it, unless it is `Html` itself. Arrays are joined; null,
 * undefined and false leave nothing. Values belong between tags or into quoted attributes, nowhere else.
 */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  let text = parts[0];
  values.forEach((value, i) => {
    text += render(value) + parts[i + 1];
  });
  return new Html(text);
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  return escapeHtml(String(value));
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/**
 * Data inside `<script type="application/json">`. Without any `<`, the text can neither end the script element
 * nor open a comment in it; U+2028 and U+2029 are escaped for readers that take it for JavaScript.
 */
export function scriptJson(data: unknown): Html {
  const text = JSON.stringify(data)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return new Html(text);
}

/**
 * Trusted JavaScript (our own, a library's) inside `<script>`. `<\/script` means the same inside a string or a
 * regular expression, the only places where such code holds it.
 */
export function scriptCode(code: string): Html {
  return new Html(code.replace(/<\/(script)/gi, "<\\/$1"));
}
