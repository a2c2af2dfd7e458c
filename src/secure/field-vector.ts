import { isField } from "../numeric/field31.ts";

/** Whether a tensor of a message is a vector of `length` field elements. */
export function isFieldVector(tensor: unknown, length: number): tensor is Uint32Array {
  return tensor instanceof Uint32Array && tensor.length === length && isField(tensor);
}
