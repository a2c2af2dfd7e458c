/**
 * The wire codec: one message as one frame of bytes, the same in the simulation and on real sockets, so that
 * byte counts are true. All integers are unsigned and little-endian.
 *
 * | bytes | field |
 * |---|---|
 * | 0 to 3 | magic, `COTE` |
 * | 4 to 5 | version, 1 |
 * | 6 to 7 | flags, 0 |
 * | 8 to 11 | bytes of the header, at most 16 KiB |
 * | 12 to 15 | bytes of the payload, 0 without tensors |
 * | 16 ... | header: JSON `{ "kind", "round", "body"? }`, padded with spaces to a multiple of 8 |
 * | ... end | payload: the tensors as a safetensors file |
 *
 * Encoding copies the tensors once, into the frame; decoding gives views of the frame. The codec guarantees
 * structure, not meaning: fields are checked by the receiver's schema for the kind, and so are non-finite floats
 * (see `allFinite`), because some protocols send field elements.
 */
import type { Json, Message, Tensor } from "../message.ts";
import { countMembers, isObject, parseScannedJson, scanJson } from "./bounded-json.ts";
import { FrameError, quoted } from "./frame-error.ts";
import { decodeSafetensors, planSafetensors, type SafetensorsPlan, writeSafetensors } from "./safetensors.ts";

export interface FrameLimits {
  /** Bytes of a whole frame; default 1 GiB, never more than about 4 GiB. */
  readonly maxBytes?: number;
}

/** Bytes that a frame may have unless the receiver says otherwise. */
const MAX_FRAME_BYTES = 2 ** 30;
const MAGIC = 0x45544f43;
const VERSION = 1;
/** In front of the header. */
export const PREFIX_BYTES = 16;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_PAYLOAD_BYTES = 2 ** 32 - 1;
/** Levels of the header with its body: the header is 1, the body 2. */
const MAX_DEPTH = 12;
const KIND = /^[A-Za-z0-9_./-]{1,64}$/;
const OPEN_BRACE = 0x7b;
const SPACE = 0x20;

const encoder = new TextEncoder();

/**
 * The message as one frame.
 *
 * @throws FrameError with the decoder's codes when the receiver would refuse the frame.
 */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const { header, payload, byteLength } = planFrame(message);
  const frame = new Uint8Array(byteLength);
  const view = new DataView(frame.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, header.length, true);
  view.setUint32(12, payload?.byteLength ?? 0, true);
  frame.set(header, PREFIX_BYTES);
  if (payload !== null) writeSafetensors(payload, frame.subarray(PREFIX_BYTES + header.length));
  return frame;
}

/** Bytes of the message's frame, without touching its tensors. Throws as {@link encodeMessage}. */
export function frameSize(message: Message): number {
  return planFrame(message).byteLength;
}

/**
 * The message in a frame from anyone; its tensors are views of `bytes` (copies where the buffer is misaligned).
 *
 * @throws FrameError, in the order of the checks: `frame.size`, `frame.truncated`, `frame.magic`,
 *   `frame.version`, `frame.flags`, `frame.header-size`, `frame.length`, `frame.header-start`,
 *   `frame.json.depth`, `frame.json.syntax`, `frame.json.object`, `frame.json.key`, `frame.json.number`,
 *   `frame.json.duplicate`, `frame.header`, `frame.kind`, `frame.round`, `frame.body`, then those of
 *   `decodeSafetensors`.
 */
export function decodeMessage(bytes: Uint8Array, limits: FrameLimits = {}): Message {
  const { header, payload } = splitFrame(bytes, limits.maxBytes ?? MAX_FRAME_BYTES);
  const { kind, round, body, ...others } = parseScannedJson(header, scanJson(header, MAX_DEPTH));
  if (Object.keys(others).length > 0) {
    throw new FrameError("frame.header", "The frame's header may hold kind, round and body only.");
  }
  checkKind(kind);
  checkRound(round);
  if (body !== undefined) checkBody(body);
  return {
    kind,
    round,
    ...(body === undefined ? {} : { body }),
    ...(payload.length === 0 ? {} : { tensors: readTensors(payload) }),
  };
}

interface FramePlan {
  readonly header: Uint8Array;
  readonly payload: SafetensorsPlan | null;
  readonly byteLength: number;
}

function planFrame({ kind, round, body, tensors }: Message): FramePlan {
  checkKind(kind);
  checkRound(round);
  if (body !== undefined) {
    checkBody(body);
    countMembers(body, MAX_DEPTH - 1);
  }
  const text = encoder.encode(JSON.stringify({ kind, round, body }));
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(SPACE);
  header.set(text);
  checkHeaderSize(header.length);
  const named = Object.entries(tensors ?? {}).map(([name, data]) => ({ name, shape: [data.length], data }));
  const payload = named.length === 0 ? null : planSafetensors(named);
  if (payload !== null && payload.byteLength > MAX_PAYLOAD_BYTES) {
    throw new FrameError("frame.size", "The tensors take more than 4 GiB; send them in several messages.");
  }
  return { header, payload, byteLength: PREFIX_BYTES + header.length + (payload?.byteLength ?? 0) };
}

function splitFrame(bytes: Uint8Array, maxBytes: number): { header: Uint8Array; payload: Uint8Array } {
  if (bytes.length > maxBytes) {
    throw new FrameError(
      "frame.size",
      `The frame has ${bytes.length} bytes, more than the limit of ${maxBytes}; send less or raise the limit.`,
    );
  }
  if (bytes.length < PREFIX_BYTES) {
    throw new FrameError(
      "frame.truncated",
      `A frame has at least ${PREFIX_BYTES} bytes, this one ${bytes.length}; it was cut.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) {
    throw new FrameError("frame.magic", "The bytes are not a Coterie frame; check who is connected.");
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    throw new FrameError(
      "frame.version",
      `The frame has version ${version}, this program reads ${VERSION}; bring both sides to one release.`,
    );
  }
  if (view.getUint16(6, true) !== 0) {
    throw new FrameError("frame.flags", "The frame sets flags that this version does not know.");
  }
  const headerBytes = view.getUint32(8, true);
  checkHeaderSize(headerBytes);
  const announced = PREFIX_BYTES + headerBytes + view.getUint32(12, true);
  if (announced !== bytes.length) {
    throw new FrameError(
      "frame.length",
      `The frame announces ${announced} bytes and has ${bytes.length}; it was cut or padded.`,
    );
  }
  if (headerBytes === 0 || bytes[PREFIX_BYTES] !== OPEN_BRACE) {
    throw new FrameError("frame.header-start", "The frame's header must start with `{`.");
  }
  const end = PREFIX_BYTES + headerBytes;
  return { header: bytes.subarray(PREFIX_BYTES, end), payload: bytes.subarray(end) };
}

function readTensors(payload: Uint8Array): Record<string, Tensor> {
  // The frame's own limit has bounded the payload already.
  const { tensors } = decodeSafetensors(payload, { maxBytes: payload.length });
  return Object.fromEntries(tensors.map(({ name, data }) => [name, data]));
}

function checkHeaderSize(length: number): void {
  if (length > MAX_HEADER_BYTES) {
    throw new FrameError(
      "frame.header-size",
      `The frame's header has ${length} bytes, more than the limit of ${MAX_HEADER_BYTES}; put bulk data in tensors.`,
    );
  }
}

function checkKind(kind: unknown): asserts kind is string {
  if (typeof kind !== "string" || !KIND.test(kind)) {
    throw new FrameError(
      "frame.kind",
      `The message kind ${quoted(kind)} is refused; use 1 to 64 characters of A-Z a-z 0-9 _ . / -.`,
    );
  }
}

function checkRound(round: unknown): asserts round is number {
  if (!Number.isSafeInteger(round) || (round as number) < 0) {
    throw new FrameError("frame.round", `The round ${quoted(round)} must be an integer of 0 or more.`);
  }
}

function checkBody(body: unknown): asserts body is Readonly<Record<string, Json>> {
  if (!isObject(body)) throw new FrameError("frame.body", "The message's body must be an object.");
}
