/** Who is let in to a served run; kept in the run's folder, so that a restart knows everybody again. */
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../../runtime/node/private-file.ts";
import { SessionError } from "../../runtime/session/control.ts";
import type { Claim } from "../../runtime/session/handshake.ts";
import { fingerprint } from "../../runtime/session/identity.ts";
import { Members } from "../../runtime/session/members.ts";
import { checkTokenProof, issueToken, type TokenRecord } from "../../runtime/session/token.ts";
import type { AllowedKey } from "./allow-list.ts";

export class Membership {
  readonly #path: string;
  readonly #members: Members;
  #saving: Promise<void> = Promise.resolve();
  /** Changes so far, and those that are on disk. */
  #changes = 0;
  #saved = 0;

  private constructor(path: string, members: Members) {
    this.#path = path;
    this.#members = members;
  }

  /** @throws InputError `session.members`, `session.file` when the file is damaged */
  static async open(folder: string): Promise<Membership> {
    const path = join(folder, "keys", "members.json");
    const members = await readPrivateFile(path, (json) => Members.restore(json));
    return new Membership(path, members ?? new Members());
  }

  /** New invitations; the tokens are in nobody's hands but the caller's. */
  async invite(count: number, uses: TokenRecord["uses"]): Promise<string[]> {
    const issued = await Promise.all(Array.from({ length: count }, () => issueToken("client", uses)));
    for (const { record } of issued) this.#members.addToken(record);
    await this.#save();
    return issued.map(({ token }) => token);
  }

  /**
   * Lets clients in beforehand.
   *
   * @throws InputError `session.member` when a name or a key belongs to another member
   */
  async allow(keys: readonly AllowedKey[]): Promise<void> {
    for (const { name, fingerprint } of keys) this.#members.register(name, fingerprint, "client");
    await this.#save();
  }

  /** The name under which a client takes part. Throws a SessionError to refuse it. */
  async admit({ key, name, token, transcript }: Claim): Promise<string> {
    const record = token && this.#members.token(token.id);
    const isProven = record !== undefined && (await checkTokenProof(record.hash, transcript, token!.proof));
    const admission = this.#members.admit({
      fingerprint: await fingerprint(key),
      name,
      role: "client",
      token: isProven ? record.id : undefined,
    });
    if (!admission.ok) throw new SessionError(admission.code, admission.reason);
    // Nobody is welcomed whom a restart would not know, also when an earlier attempt to write it down has failed.
    if (admission.changed) this.#changes++;
    if (this.#saved !== this.#changes) await this.#save();
    return admission.member.name;
  }

  /** Everybody who has been let in or may come, in the order in which they became known. */
  names(): string[] {
    return this.#members.snapshot().members.map(({ name }) => name);
  }

  /** Writes one after the other; each holds the state of its own moment or a later one. */
  #save(): Promise<void> {
    const save = async (): Promise<void> => {
      const changes = this.#changes;
      await writePrivateFile(this.#path, this.#members.snapshot());
      this.#saved = changes;
    };
    this.#saving = this.#saving.then(save, save);
    return this.#saving;
  }
}
