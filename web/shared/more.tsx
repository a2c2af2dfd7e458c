import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** A part that is folded away at first, and costs nothing until it is opened. */
export function More({ title, children }: { title: string; children: () => ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children()}
    </details>
  );
}
