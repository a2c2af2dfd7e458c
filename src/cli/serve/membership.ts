/** Who is let in to a served run; kept in the run's folder, so that a restart knows everybody again. */
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "../../runtime/node/private-file.ts";
import { SessionError } from "../../runtime/session/control.ts";
import type { Claim } from "../../runtime/session/handshake.ts";
import { fingerprint } from "../../runtime/session/identity.ts";
import { Members } from "../../runtime/session/members.ts";
import { checkTokenProof, issueToken, type Role, type TokenRecord } from "../../runtime/session/token.ts";
import type { AllowedKey } from "./allow-list.ts";
import { type Exclusions, readExclusions } from "./exclusions.ts";

/** A client that has been let in, or may come. */
export interface KnownClient {
  readonly name: string;
  /** Fingerprint of its key. */
  readonly key: string;
  readonly role: Role;
  readonly banned: boolean;
}

export interface KnownInvitation {
  /** Names it, and tells nothing about its token. */
  readonly id: string;
  readonly uses: TokenRecord["uses"];
  /** Who has used up an invitation for one client. */
  readonly usedBy?: string;
  readonly revoked: boolean;
}

export class Membership {
  readonly #folder: string;
  readonly #path: string;
  readonly #members: Members;
  #exclusions: Exclusions;
  #saving: Promise<void> = Promise.resolve();
  /** Changes so far, and those that are on disk. */
  #changes = 0;
  #saved = 0;

  private constructor(folder: string, members: Members, exclusions: Exclusions) {
    this.#folder = folder;
    this.#path = membersFile(folder);
    this.#members = members;
    this.#exclusions = exclusions;
  }

  /**
   * @param folder of the run
   * @throws InputError `session.members`, `session.file` when a file is damaged
   */
  static async open(folder: string): Promise<Membership> {
    const members = await readPrivateFile(membersFile(folder), (json) => Members.restore(json));
    return new Membership(folder, members ?? new Members(), await readExclusions(folder));
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

  /**
   * Reads anew whom the operator keeps out.
   *
   * @returns the names of those who are known here
   * @throws InputError `session.file` when the file is damaged; what held before holds on
   */
  async readExclusions(): Promise<string[]> {
    this.#exclusions = await readExclusions(this.#folder);
    return this.clients().flatMap(({ name, banned }) => (banned ? [name] : []));
  }

  /** The name under which a client takes part. Throws a SessionError to refuse it. */
  async admit({ key, name, token, transcript }: Claim): Promise<string> {
    const { banned, revoked } = this.#exclusions;
    const own = await fingerprint(key);
    if (banned.includes(own)) {
      throw new SessionError("session.banned", "This key has been excluded by an operator.");
    }
    const record = token && !revoked.includes(token.id) ? this.#members.token(token.id) : undefined;
    const isProven = record !== undefined && (await checkTokenProof(record.hash, transcript, token!.proof));
    const admission = this.#members.admit({
      fingerprint: own,
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
  clients(): KnownClient[] {
    return this.#members.snapshot().members.map(({ name, fingerprint: key, role }) => ({
      ...{ name, key, role },
      banned: this.#exclusions.banned.includes(key),
    }));
  }

  /** All invitations that there have been, in the same order. */
  invitations(): KnownInvitation[] {
    const { members, tokens } = this.#members.snapshot();
    const names = new Map(members.map(({ fingerprint: key, name }) => [key, name]));
    return tokens.map(({ id, uses, spentBy }) => {
      const usedBy = names.get(spentBy ?? "");
      return {
        id,
        uses,
        ...(usedBy !== undefined && { usedBy }),
        revoked: this.#exclusions.revoked.includes(id),
      };
    });
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

function membersFile(folder: string): string {
  return join(folder, "keys", "members.json");
}
