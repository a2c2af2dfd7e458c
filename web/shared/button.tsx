import type { ButtonHTMLAttributes } from "preact";

/** @param kind `primary` for the one thing a page is for, `danger` for what cannot be undone */
export function Button({
  kind,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: "primary" | "danger" }) {
  return <button type="button" class={kind} {...rest} />;
}
