/**
 * Who may take part. A key becomes a member when an operator registers it beforehand, or on its first use with an
 * invitation's token; from then on its name and role are pinned to it. Nothing here does cryptography: the caller
 * has checked that the key and the token are in the hands of whoever asks. Plain data in, plain data out.
 */
import { z } from "zod";
import { InputError } from "../../errors.ts";
import { fromBase64url } from "./base64url.ts";
import { toHex } from "./hex.ts";
import { TEXT_OF_32_BYTES } from "./identity.ts";
import { type Role, role, type TokenRecord, tokenRecord } from "./token.ts";

/** The server's own name, and words that a path or an object would take for something else; in any case. */
const RESERVED: ReadonlySet<string> = new Set(["server", ".", "..", "__proto__", "constructor", "prototype"]);

/** A member's name: 1 to 64 of A-Z a-z 0-9 . _ -, and not reserved. */
export const memberName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/)
  .refine((name) => !RESERVED.has(name.toLowerCase()));

const member = z.strictObject({
  name: memberName,
  /** Of the member's public key; see `identity.ts`. */
  fingerprint: z.string().regex(TEXT_OF_32_BYTES),
  role,
});
export type Member = Readonly<z.infer<typeof member>>;

const snapshot = z.strictObject({
  version: z.literal(1),
  members: z.array(member),
  tokens: z.array(tokenRecord),
});
export type MembersSnapshot = z.infer<typeof snapshot>;

/** What somebody asks for who has proven to hold a key. */
export interface JoinRequest {
  readonly fingerprint: string;
  /** A wish; a member keeps the name that it has. */
  readonly name?: string | undefined;
  readonly role: Role;
  /** Id of the token that was proven to be held; none when there was none, or the proof was wrong. */
  readonly token?: string | undefined;
}

export type Admission =
  /** `changed`: somebody joined, so the registry must be saved before anything else happens. */
  | { readonly ok: true; readonly member: Member; readonly changed: boolean }
  /** `reason` may be shown to whoever asked. */
  | { readonly ok: false; readonly code: string; readonly reason: string };

export class Members {
  readonly #limit: number;
  /** By fingerprint. */
  readonly #members = new Map<string, Member>();
  /** Fingerprints by name. */
  readonly #names = new Map<string, string>();
  /** By id. */
  readonly #tokens = new Map<string, TokenRecord>();

  /** @param limit with so many members nobody new comes in with a token */
  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  /**
   * The registry of an earlier {@link snapshot}.
   *
   * @throws InputError `session.members` when the data is damaged
   */
  static restore(data: unknown, limit?: number): Members {
    const parsed = snapshot.safeParse(data);
    const members = new Members(limit);
    for (const member of parsed.data?.members ?? []) members.#pin(member);
    for (const token of parsed.data?.tokens ?? []) members.addToken(token);
    if (
      parsed.data?.members.length === members.#names.size &&
      parsed.data.members.length === members.#members.size &&
      parsed.data.tokens.length === members.#tokens.size
    ) {
      return members;
    }
    throw new InputError(
      "session.members",
      "The registry of members is damaged; restore it from a copy, or delete it and invite everybody again.",
      { cause: parsed.error },
    );
  }

  /** Everything, as plain data for JSON; the tokens' hashes in it are secrets. */
  snapshot(): MembersSnapshot {
    return { version: 1, members: [...this.#members.values()], tokens: [...this.#tokens.values()] };
  }

  /**
   * Lets a key in beforehand, or changes a member's role.
   *
   * @throws InputError `session.member` when the name is not allowed, or name or key belong to another member
   */
  register(name: string, fingerprint: string, role: Role): void {
    const given = member.safeParse({ name, fingerprint, role });
    const known = this.#members.get(fingerprint);
    const isConflict = (known?.name ?? name) !== name || this.#isTaken(name, fingerprint);
    if (!given.success || isConflict) {
      throw new InputError(
        "session.member",
        isConflict
          ? `The member ${name} cannot be registered: its name or its key belongs to another member; give each key one name.`
          : "A member needs a name of 1 to 64 characters of A-Z a-z 0-9 . _ - and the 43 characters of its key's fingerprint.",
      );
    }
    this.#pin(given.data);
  }

  addToken(record: TokenRecord): void {
    this.#tokens.set(record.id, record);
  }

  /** To check a proof against; undefined when there is no such token. */
  token(id: string): TokenRecord | undefined {
    return this.#tokens.get(id);
  }

  /** Decides about a request; when somebody new comes in, pins its name and spends its token. */
  admit(request: JoinRequest): Admission {
    const known = this.#members.get(request.fingerprint);
    return known === undefined ? this.#admitNew(request) : admitKnown(known, request);
  }

  #admitNew({ fingerprint, name: wish, role, token: id }: JoinRequest): Admission {
    // A stranger without a token learns nothing about the members, not even their names.
    const token = this.#tokens.get(id ?? "");
    if (token === undefined) {
      return {
        ok: false,
        code: "session.token",
        reason: "This key is not known here, and there is no valid token; join with an invitation link.",
      };
    }
    if (token.role !== role) {
      return {
        ok: false,
        code: "session.role",
        reason: `The invitation is not for the role ${role}; ask for one that is.`,
      };
    }
    if ((token.spentBy ?? fingerprint) !== fingerprint) {
      return {
        ok: false,
        code: "session.token-spent",
        reason: "The invitation has been used already, and only once; ask for another.",
      };
    }
    if (wish !== undefined && !memberName.safeParse(wish).success) {
      return {
        ok: false,
        code: "session.name",
        reason: "A name has 1 to 64 characters of A-Z a-z 0-9 . _ - and is not reserved; choose another.",
      };
    }
    const name = wish ?? this.#defaultName(fingerprint);
    if (this.#isTaken(name, fingerprint)) {
      return {
        ok: false,
        code: "session.name-taken",
        reason: "Another member has this name; choose another.",
      };
    }
    if (this.#members.size >= this.#limit) {
      return { ok: false, code: "session.full", reason: "There is no room for another member." };
    }
    const member = { name, fingerprint, role };
    this.#pin(member);
    if (token.uses === "single") this.addToken({ ...token, spentBy: fingerprint });
    return { ok: true, member, changed: true };
  }

  /** Among 100,000 keys about one pair shares its first 8 digits; the later one of the two gets a longer name. */
  #defaultName(fingerprint: string): string {
    const digits = toHex(fromBase64url(fingerprint)!);
    const short = `client-${digits.slice(0, 8)}`;
    return this.#isTaken(short, fingerprint) ? `client-${digits.slice(0, 32)}` : short;
  }

  #isTaken(name: string, fingerprint: string): boolean {
    return (this.#names.get(name) ?? fingerprint) !== fingerprint;
  }

  #pin(member: Member): void {
    this.#members.set(member.fingerprint, member);
    this.#names.set(member.name, member.fingerprint);
  }
}

function admitKnown(member: Member, { role }: JoinRequest): Admission {
  if (member.role !== role) {
    return {
      ok: false,
      code: "session.role",
      reason: `This key takes part as ${member.role}, not as ${role}; join as ${member.role}, or with another key.`,
    };
  }
  return { ok: true, member, changed: false };
}
