import { useEffect, useState } from "preact/hooks";

/** A recipe in YAML, as one would write it; the library for that is fetched when somebody looks. */
export function RecipeText({ recipe }: { recipe: unknown }) {
  const [text, setText] = useState("…");
  useEffect(() => {
    void import("yaml").then(({ stringify }) => setText(stringify(recipe)));
  }, [recipe]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label="Recipe">
      <pre>{text}</pre>
    </section>
  );
}
