/**
 * Identities that outlive their process. A client's lie in its user's folder, one per name; the server's in the
 * folder of its run. The private key is in the file as it is: what protects it are the permissions of file and folder.
 */
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { InputError, RunError } from "../../errors.ts";
import { isRunLocked, lockRun, type RunLock } from "../../records/node/run-lock.ts";
import { fromBase64url, toBase64url } from "../session/base64url.ts";
import {
  exportPrivateKey,
  fingerprint,
  generateKeyPair,
  type Identity,
  importPrivateKey,
} from "../session/identity.ts";
import { memberName } from "../session/members.ts";
import { coterieHome } from "./coterie-home.ts";
import { nativeIdentity } from "./native-identity.ts";
import { makePrivateFolder, readPrivateFile, writePrivateFile } from "./private-file.ts";

/** An identity that no other process on this machine uses until it is released, or this process ends. */
export interface ClaimedIdentity {
  readonly identity: Identity;
  readonly name: string;
  release(): void;
}

const keyFile = z.strictObject({
  version: z.literal(1),
  /** PKCS #8 in base64url. */
  privateKey: z.string(),
});

/** SQLite gives a lock back when its handle is collected as garbage; these are kept from that. */
const held = new Set<RunLock>();

/**
 * Takes an identity of this machine's user, and makes it on its first use.
 *
 * @param options.name as in the federation; without it the host's name, or the first of `<host>-2`, `<host>-3` ...
 *   that is free
 * @param options.home default: {@link coterieHome}
 * @throws InputError `session.name`, `session.identity-used` when another process has it, `session.file`,
 *   `session.folder`
 */
export async function claimIdentity(
  options: { readonly name?: string | undefined; readonly home?: string } = {},
): Promise<ClaimedIdentity> {
  const { name, home = coterieHome() } = options;
  const folder = join(home, "keys");
  if (name === undefined) return claimFirstFree(folder);
  checkName(name);
  const claimed = await claim(folder, name);
  if (claimed !== undefined) return claimed;
  throw identityUsed(name);
}

/**
 * What a key of this machine's user is known by, also while a process takes part with it. It is made on its first use.
 *
 * @param options.name as in the federation; default: the host's name
 * @param options.home default: {@link coterieHome}
 * @throws as {@link claimIdentity}
 */
export async function ownKey(
  options: { readonly name?: string | undefined; readonly home?: string } = {},
): Promise<{ readonly name: string; readonly fingerprint: string }> {
  const { name = hostName(), home = coterieHome() } = options;
  checkName(name);
  const folder = join(home, "keys");
  const claimed = await claim(folder, name);
  claimed?.release();
  // Whoever uses it has made it.
  const identity = claimed?.identity ?? (await readIdentity(keyPath(folder, name)));
  if (identity === undefined) throw identityUsed(name);
  return { name, fingerprint: await fingerprint(identity.publicKey) };
}

function checkName(name: string): void {
  if (memberName.safeParse(name).success) return;
  throw new InputError(
    "session.name",
    `The name ${JSON.stringify(name.slice(0, 80))} is not allowed; use 1 to 64 characters of A-Z a-z 0-9 . _ - and no reserved word.`,
  );
}

function identityUsed(name: string): InputError {
  return new InputError(
    "session.identity-used",
    `Another process on this machine takes part as ${name}; stop it, or choose another name.`,
    { at: name },
  );
}

/**
 * The server's identity in a run's folder, made on its first use. Whoever calls this holds the run's lock.
 *
 * @throws InputError `session.file`, `session.folder`
 */
export function serverIdentity(folder: string): Promise<Identity> {
  return keptIdentity(join(folder, "keys", "server.json"));
}

/** The host's name, as far as it can be a member's. */
function hostName(): string {
  const plain = hostname()
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 56);
  return memberName.safeParse(plain).success ? plain : "client";
}

async function claimFirstFree(folder: string): Promise<ClaimedIdentity> {
  const host = hostName();
  for (let n = 1; ; n++) {
    const claimed = await claim(folder, n === 1 ? host : `${host}-${n}`);
    if (claimed !== undefined) return claimed;
  }
}

/** Undefined when another process has it. */
async function claim(folder: string, name: string): Promise<ClaimedIdentity | undefined> {
  await makePrivateFolder(folder);
  const lock = await tryLock(join(folder, `${name}.lock`));
  if (lock === undefined) return undefined;
  held.add(lock);
  const release = () => {
    lock.release();
    held.delete(lock);
  };
  try {
    return { identity: await keptIdentity(keyPath(folder, name)), name, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Asking whether a lock is held holds it for a moment, so one that seems held is looked at again. */
async function tryLock(path: string): Promise<RunLock | undefined> {
  if (isRunLocked(path)) {
    await setTimeout(20);
    if (isRunLocked(path)) return undefined;
  }
  try {
    return lockRun(path);
  } catch (error) {
    if (error instanceof RunError) return undefined;
    throw error;
  }
}

function keyPath(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}

/** Undefined when there is none yet. */
async function readIdentity(path: string): Promise<Identity | undefined> {
  const kept = await readPrivateFile(path, (json) =>
    importPrivateKey(fromBase64url(keyFile.parse(json).privateKey)!),
  );
  return kept && nativeIdentity(kept);
}

async function keptIdentity(path: string): Promise<Identity> {
  const kept = await readIdentity(path);
  if (kept !== undefined) return kept;
  const pair = await generateKeyPair({ extractable: true });
  await writePrivateFile(path, { version: 1, privateKey: toBase64url(await exportPrivateKey(pair)) });
  return nativeIdentity(pair);
}
