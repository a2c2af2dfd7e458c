import type { ComponentChildren } from "preact";

/** The tone of a notice or a pill; `bad` notices are spoken at once by screen readers. */
export type Tone = "info" | "good" | "warn" | "bad";

/** A few sentences that must not be missed: what happened, and what can be done. */
export function Notice({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice is-${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <div>{children}</div>
    </div>
  );
}

/** A state in one or two words; grey without a tone. */
export function Pill({ tone, children }: { tone?: Tone | undefined; children: ComponentChildren }) {
  return <span class={tone ? `pill is-${tone}` : "pill"}>{children}</span>;
}
