/** Whether these are the same bytes; `named` may be anything that a message carries. */
export function equalBytes(own: Uint8Array, named: unknown): boolean {
  return (
    named instanceof Uint8Array && named.length === own.length && own.every((byte, i) => byte === named[i])
  );
}
