/**
 * Who this tab is. Keys lie in IndexedDB in slots 1, 2, ...; their private parts cannot be read by any script. A tab
 * holds a Web Lock on its slot, so two tabs are two parties, and the browser gives the slot back when the tab ends,
 * however it ends. Works in a page and in a worker.
 */
import {
  createIdentity,
  generateKeyPair,
  type Identity,
  identityOf,
} from "../../src/runtime/session/identity.ts";
import { finished, inStore } from "./database.ts";

export interface TabIdentity {
  readonly identity: Identity;
  /** Where the key is kept; undefined when it lives only as long as the tab. */
  readonly slot: number | undefined;
  /** Lets other tabs have the key; a tab that ends does so by itself. */
  release(): void;
}

/** Milliseconds that a reloaded tab waits for its own past to let go of the slot. */
const PATIENCE = 2000;

/**
 * Takes a key that no other tab uses: that of the slot which this tab had before, otherwise of the first free one.
 * Where there is no IndexedDB or no Web Locks, or they fail (private windows, blocked storage), a key for once.
 *
 * @param previous the slot before a reload; pages keep it in `sessionStorage`
 */
export async function claimIdentity(previous?: number): Promise<TabIdentity> {
  let claimed: Slot | undefined;
  try {
    claimed = await claimSlot(previous);
    return { ...claimed, identity: await identityOf(await keptKeyPair(claimed.slot)) };
  } catch {
    claimed?.release();
    return { identity: await createIdentity(), slot: undefined, release: () => {} };
  }
}

interface Slot {
  readonly slot: number;
  readonly release: () => void;
}

async function claimSlot(previous: number | undefined): Promise<Slot> {
  if (previous !== undefined) {
    const release = await hold(previous, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => undefined);
    if (release) return { slot: previous, release };
  }
  for (let slot = 1; ; slot++) {
    const release = await hold(slot, { ifAvailable: true });
    if (release) return { slot, release };
  }
}

/** Undefined when the lock is not available. */
function hold(slot: number, options: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const granted = (lock: Lock | null) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined);
    navigator.locks.request(`coterie-identity-${slot}`, options, granted).catch(reject);
  });
}

/** The slot's key pair, made on its first use. Only the holder of the slot calls this. */
function keptKeyPair(slot: number): Promise<CryptoKeyPair> {
  return inStore("identities", async (open) => {
    const kept = await finished(open("readonly").get(slot));
    if (kept !== undefined) return kept;
    const pair = await generateKeyPair({ extractable: false });
    await finished(open("readwrite").put(pair, slot));
    return pair;
  });
}
