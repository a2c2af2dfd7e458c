import type { SimulationRandom } from "../../numeric/random.ts";
import type { Json, Message, Tensor } from "../message.ts";
import { decodeMessage, encodeMessage } from "../wire/frame.ts";
import { FrameError } from "../wire/frame-error.ts";

/** Bytes at the beginning of a frame in which bits are flipped: what the codec checks is there. */
const HEAD_BYTES = 512;
const MOST_FLIPS = 16;
const MOST_EXTRA_BYTES = 64;

/**
 * The frame of a message as garbage that its receiver has to refuse: flipped bits, a cut end or surplus bytes are
 * refused by the codec; fields or tensors of wrong types get through it, and are refused by the receiver's schema
 * for the message. `frame` is not changed.
 */
export function garble(message: Message, frame: Uint8Array, random: SimulationRandom): Uint8Array {
  switch (random.integer(4)) {
    case 0:
      return flipBits(frame, random);
    case 1:
      return frame.slice(0, 1 + random.integer(frame.length - 1));
    case 2:
      return extend(frame, random);
    default:
      return encodeMessage(confuseTypes(message, random));
  }
}

function flipBits(frame: Uint8Array, random: SimulationRandom): Uint8Array {
  const flipped = frame.slice();
  const head = Math.min(HEAD_BYTES, frame.length);
  for (let flips = 1 + random.integer(MOST_FLIPS); flips > 0; flips--) {
    flipped[random.integer(head)] ^= 1 << random.integer(8);
  }
  // Some flips make another good message, such as one of another digit: those hit the first byte as well.
  if (isFrame(flipped)) flipped[0] ^= 1;
  return flipped;
}

function isFrame(bytes: Uint8Array): boolean {
  try {
    decodeMessage(bytes, { maxBytes: bytes.length });
    return true;
  } catch (error) {
    if (error instanceof FrameError) return false;
    throw error;
  }
}

function extend(frame: Uint8Array, random: SimulationRandom): Uint8Array {
  const extended = new Uint8Array(frame.length + 1 + random.integer(MOST_EXTRA_BYTES));
  extended.set(frame);
  for (let i = frame.length; i < extended.length; i++) extended[i] = random.integer(256);
  return extended;
}

/** Either all tensors are of wrong types, or all fields; `attempt` is always one of these. */
function confuseTypes(message: Message, random: SimulationRandom): Message {
  const { body = {}, tensors = {} } = message;
  const hasTensors = Object.keys(tensors).length > 0;
  if (random.uniform() < 0.5 && hasTensors)
    return { ...message, tensors: eachValue(tensors, confusedTensor) };
  return { ...message, body: { ...eachValue(body, confusedField), attempt: "" } };
}

function eachValue<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Never longer than the field: a header has little room. */
function confusedField(value: Json): Json {
  return typeof value === "number" ? [] : 0;
}

function confusedTensor(tensor: Tensor): Tensor {
  return tensor instanceof Float32Array ? Int32Array.from(tensor) : Float32Array.from(tensor);
}
