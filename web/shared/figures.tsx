import type { ComponentChildren } from "preact";

/** A row of key figures, each on a card; holds `Figure`s only. */
export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

/**
 * One key figure.
 *
 * @param name what it is
 * @param value the figure itself, formatted, unit included
 * @param more a few words that place it
 */
export function Figure({ name, value, more }: { name: string; value: string; more?: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="value">{value}</dd>
      {more && <dd>{more}</dd>}
    </div>
  );
}
