/** One message between parties, before encoding. Immutable. */
export interface Message {
  /** What it is, from the sender's protocol: `round`, `update`, `secure/share`, ... */
  readonly kind: string;
  readonly round: number;
  /** Small plain fields; checked by the receiver's schema for this kind. */
  readonly body?: Readonly<Record<string, Json>>;
  /** Bulk data by name. */
  readonly tensors?: Readonly<Record<string, Tensor>>;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Flat typed arrays are all that travels; shapes are the receiver's business. */
export type Tensor = Float32Array | Int32Array | Uint32Array | Uint8Array;
