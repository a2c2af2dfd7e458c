import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JoinRequest, Members } from "./members.ts";
import { type Role, role, type TokenRecord } from "./token.ts";

/** Fingerprints whose digests begin with the number. */
function key(n: number): string {
  const digest = Buffer.alloc(32);
  digest.writeUInt32BE(n);
  return digest.toString("base64url");
}

const token = (id: number, role: Role, uses: TokenRecord["uses"]): TokenRecord => ({
  id: String(id).padStart(16, "0"),
  hash: key(id),
  role,
  uses,
});
const single = token(1, "client", "single");
const reusable = token(2, "client", "reusable");
const observers = token(3, "observer", "reusable");

function invited(limit?: number): Members {
  const members = new Members(limit);
  for (const record of [single, reusable, observers]) members.addToken(record);
  return members;
}

const request = (n: number, more: Partial<JoinRequest> = {}): JoinRequest => ({
  fingerprint: key(n),
  role: "client",
  ...more,
});
const refused = (code: string) => expect.objectContaining({ ok: false, code });

describe("members", () => {
  it("admit a key with a token, and from then on without, under its first name", () => {
    const members = invited();
    expect(members.admit(request(9, { name: "alice" }))).toEqual(refused("session.token"));
    const member = { name: "alice", fingerprint: key(9), role: "client" };
    const first = members.admit(request(9, { name: "alice", token: reusable.id }));
    expect(first).toEqual({ ok: true, member, changed: true });
    for (const name of ["alice", "bob", undefined, "server"]) {
      expect(members.admit(request(9, { name }))).toEqual({ ok: true, member, changed: false });
    }
  });

  it("admit a registered key without any token", () => {
    const members = new Members();
    members.register("alice", key(9), "operator");
    expect(members.admit(request(9, { role: "operator" }))).toMatchObject({ ok: true, changed: false });
    expect(members.admit(request(9))).toEqual(refused("session.role"));
    members.register("alice", key(9), "client");
    expect(members.admit(request(9))).toMatchObject({ ok: true, member: { name: "alice" } });
  });

  it("spend a single-use token on the first key", () => {
    const members = invited();
    expect(members.admit(request(9, { token: single.id }))).toMatchObject({ ok: true });
    expect(members.token(single.id)?.spentBy).toBe(key(9));
    expect(members.admit(request(8, { token: single.id }))).toEqual(refused("session.token-spent"));
    expect(members.admit(request(9, { token: single.id }))).toMatchObject({ ok: true, changed: false });
  });

  it("do not spend a token on a refusal", () => {
    const members = invited();
    members.register("alice", key(9), "client");
    expect(members.admit(request(8, { token: single.id, name: "alice" }))).toEqual(
      refused("session.name-taken"),
    );
    expect(members.admit(request(8, { token: single.id, name: "a b" }))).toEqual(refused("session.name"));
    expect(members.admit(request(7, { token: single.id, name: "bob" }))).toMatchObject({ ok: true });
  });

  it("let several keys in with a reusable token", () => {
    const members = invited();
    expect(members.admit(request(8, { token: reusable.id }))).toMatchObject({ ok: true });
    expect(members.admit(request(9, { token: reusable.id }))).toMatchObject({ ok: true });
    expect(members.admit(request(8))).toMatchObject({ ok: true });
  });

  it("refuse a token of another role, and a role that the key does not have", () => {
    const members = invited();
    expect(members.admit(request(9, { role: "operator", token: reusable.id }))).toEqual(
      refused("session.role"),
    );
    expect(members.admit(request(9, { token: observers.id }))).toEqual(refused("session.role"));
    expect(members.admit(request(9, { role: "observer", token: observers.id }))).toMatchObject({ ok: true });
    expect(members.admit(request(9, { token: reusable.id }))).toEqual(refused("session.role"));
  });

  it("tell strangers without a token nothing about names", () => {
    const members = invited();
    members.register("alice", key(9), "client");
    const answers = ["alice", "bob", "server"].map((name) => members.admit(request(8, { name })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it.each([
    "",
    "a".repeat(65),
    "a b",
    "a/b",
    "a\n",
    "ä",
    "server",
    "Server",
    ".",
    "..",
    "__proto__",
    "constructor",
  ])("refuse the name %j", (name) => {
    const members = invited();
    expect(members.admit(request(9, { name, token: reusable.id }))).toEqual(refused("session.name"));
    expect(() => members.register(name, key(9), "client")).toThrowError(
      expect.objectContaining({ name: "InputError", code: "session.member" }),
    );
    expect(members.snapshot().members).toEqual([]);
  });

  it("take names of 1 to 64 characters, and names that objects inherit", () => {
    const names = ["a", "A-Z.0_9", "x".repeat(64), "toString", "hasOwnProperty"];
    const members = invited();
    names.forEach((name, i) => {
      expect(members.admit(request(i, { name, token: reusable.id }))).toMatchObject({ member: { name } });
    });
  });

  it("name the nameless by their key, and longer where two begin alike", () => {
    const members = invited();
    const alike = Buffer.alloc(32, 7);
    alike.writeUInt32BE(0xabcdef01);
    const names = [key(0xabcdef01), alike.toString("base64url")].map((fingerprint) =>
      members.admit({ fingerprint, role: "client", token: reusable.id }),
    );
    expect(names).toMatchObject([
      { member: { name: "client-abcdef01" } },
      { member: { name: "client-abcdef01070707070707070707070707" } },
    ]);
  });

  it("refuse newcomers, but no member, when full", () => {
    const members = invited(2);
    expect(members.admit(request(1, { token: reusable.id }))).toMatchObject({ ok: true });
    expect(members.admit(request(2, { token: reusable.id }))).toMatchObject({ ok: true });
    expect(members.admit(request(3, { token: reusable.id }))).toEqual(refused("session.full"));
    expect(members.admit(request(1))).toMatchObject({ ok: true });
  });

  it("are not registered under a second name, or a name twice", () => {
    const members = new Members();
    members.register("alice", key(1), "client");
    for (const [name, n] of [
      ["alice", 2],
      ["bob", 1],
    ] as const) {
      expect(() => members.register(name, key(n), "client")).toThrowError(
        expect.objectContaining({ code: "session.member" }),
      );
    }
    expect(() => members.register("bob", "short", "client")).toThrowError(
      expect.objectContaining({ code: "session.member" }),
    );
  });

  it("decide the same after being saved and restored", () => {
    const members = invited(100);
    members.admit(request(1, { name: "alice", token: single.id }));
    const json = JSON.parse(JSON.stringify(members.snapshot()));
    const restored = Members.restore(json);
    expect(restored.snapshot()).toEqual(members.snapshot());
    expect(restored.admit(request(1))).toMatchObject({ ok: true, member: { name: "alice" } });
    expect(restored.admit(request(3, { token: single.id }))).toEqual(refused("session.token-spent"));
    expect(restored.admit(request(3, { name: "alice", token: reusable.id }))).toEqual(
      refused("session.name-taken"),
    );
  });

  const alice = { name: "alice", fingerprint: key(1), role: "client" };
  it.each<[string, unknown]>([
    ["nothing", null],
    ["another version", { version: 2, members: [], tokens: [] }],
    ["a name twice", { version: 1, members: [alice, { ...alice, fingerprint: key(2) }], tokens: [] }],
    ["a key twice", { version: 1, members: [alice, { ...alice, name: "bob" }], tokens: [] }],
    ["a token twice", { version: 1, members: [], tokens: [single, single] }],
    ["a reserved name", { version: 1, members: [{ ...alice, name: "server" }], tokens: [] }],
    ["a foreign role", { version: 1, members: [{ ...alice, role: "admin" }], tokens: [] }],
    ["a field more", { version: 1, members: [{ ...alice, more: 1 }], tokens: [] }],
    ["a short hash", { version: 1, members: [], tokens: [{ ...single, hash: "abc" }] }],
  ])("are not restored from %s", (_, data) => {
    expect(() => Members.restore(data)).toThrowError(
      expect.objectContaining({ name: "InputError", code: "session.members" }),
    );
  });

  it("keep one key to a name and one name to a key, whatever is asked", () => {
    const asked = fc.record(
      {
        fingerprint: fc.nat(6).map(key),
        role: fc.constantFrom(...role.options),
        name: fc.constantFrom("a", "b", "c", "server", ""),
        token: fc.constantFrom(single.id, reusable.id, observers.id, "none"),
      },
      { requiredKeys: ["fingerprint", "role"] },
    );
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 40 }), (requests) => {
        const members = invited(4);
        const pinned = new Map<string, { name: string; role: Role }>();
        for (const each of requests) {
          const before = members.snapshot();
          const answer = members.admit(each);
          if (!answer.ok || !answer.changed) expect(members.snapshot()).toEqual(before);
          if (!answer.ok) continue;
          expect(answer.changed).toBe(!pinned.has(each.fingerprint));
          if (answer.changed) expect(each.token).not.toBe(undefined);
          const { name, role } = answer.member;
          expect(role).toBe(each.role);
          expect(pinned.get(each.fingerprint) ?? { name, role }).toEqual({ name, role });
          pinned.set(each.fingerprint, { name, role });
        }
        expect(new Set([...pinned.values()].map(({ name }) => name)).size).toBe(pinned.size);
        expect(pinned.size).toBeLessThanOrEqual(4);
      }),
      { numRuns: 500 },
    );
  });
});
