import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../errors.ts";
import { formatJoinLink, type JoinLink, parseJoinLink, websocketUrl } from "./join-link.ts";

const token = `${"9".repeat(42)}A`;
const serverKey = `${"-_".repeat(21)}k`;
const certificate = "0123456789abcdef".repeat(4);
const whole = `https://example.org:7077/join/#t=${token}&k=${serverKey}&c=${certificate}`;

const text32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("base64url"));
const link: fc.Arbitrary<JoinLink> = fc.record(
  {
    url: fc
      .tuple(fc.domain(), fc.integer({ min: 1, max: 65535 }), fc.constantFrom("", "/fl", "/a/b"))
      .map(([domain, port, path]) => `${new URL(`https://${domain}:${port}`).origin}${path}`),
    token: text32,
    serverKey: text32,
    certificate: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => Buffer.from(bytes).toString("hex")),
  },
  { requiredKeys: ["url"], noNullPrototype: true },
);

describe("join link", () => {
  it("reads what it writes", () => {
    fc.assert(
      fc.property(link, (given) => {
        expect(parseJoinLink(formatJoinLink(given))).toEqual(given);
      }),
    );
  });

  it("has everything worth trusting behind the #", () => {
    expect(formatJoinLink({ url: "https://example.org:7077", token, serverKey, certificate })).toBe(whole);
    expect(formatJoinLink({ url: "http://127.0.0.1:7077" })).toBe("http://127.0.0.1:7077/join/");
  });

  it.each<[string, string, string]>([
    ["https://example.org:7077", "https://example.org:7077", "wss://example.org:7077/session"],
    ["wss://example.org:7077/session", "https://example.org:7077", "wss://example.org:7077/session"],
    ["ws://localhost:7077/", "http://localhost:7077", "ws://localhost:7077/session"],
    ["  HTTP://LocalHost:7077/join\n", "http://localhost:7077", "ws://localhost:7077/session"],
    ["https://[::1]:7077/join/#", "https://[::1]:7077", "wss://[::1]:7077/session"],
    ["https://example.org/fl/join/", "https://example.org/fl", "wss://example.org/fl/session"],
  ])("takes the address %s", (text, url, websocket) => {
    const parsed = parseJoinLink(text);
    expect(parsed).toEqual({ url });
    expect(websocketUrl(parsed)).toBe(websocket);
  });

  it.each<[string, string, string]>([
    ["nothing", "", "begin with https://"],
    ["a host alone", "localhost:7077", "begin with https://"],
    ["another scheme", "javascript://example.org", "begin with https://"],
    ["no host", "https://", "not a URL"],
    ["an impossible port", "https://example.org:99999", "not a URL"],
    ["a password", whole.replace("example", "me:word@example"), "user name or a password"],
    ["a query", whole.replace("#", "?"), "question mark"],
    ["a cut token", whole.replace(`${token}&`, `${token.slice(1)}&`), "its part t="],
    ["a token with bits left over", whole.replace(token, `${token.slice(0, 42)}B`), "its part t="],
    ["an empty key", whole.replace(serverKey, ""), "its part k="],
    ["a cut certificate", whole.slice(0, -1), "its part c="],
    ["two tokens", `${whole}&t=${token}`, "two parts t="],
    ["an unknown part", `${whole}&__proto__=1`, "not t=, k= or c="],
    ["an unknown part", `${whole}&`, "not t=, k= or c="],
    ["a certificate without TLS", whole.replace("https", "http"), "not of https"],
    ["a book", `${whole}&x=${"x".repeat(2048)}`, "longer than 2048"],
  ])("refuses %s, and does not repeat the token", (_, text, problem) => {
    const refusal = expect.objectContaining({
      code: "session.link",
      message: expect.stringContaining(problem),
    });
    expect(() => parseJoinLink(text)).toThrowError(refusal);
    try {
      parseJoinLink(text);
    } catch (error) {
      expect(`${(error as Error).message} ${(error as InputError).at}`).not.toContain("9".repeat(10));
    }
  });

  it("refuses whatever else with an InputError", () => {
    const hostile = fc.oneof(fc.string(), fc.webUrl({ withFragments: true, withQueryParameters: true }));
    fc.assert(
      fc.property(hostile, fc.string(), (start, end) => {
        try {
          expect(parseJoinLink(start + end).url).toMatch(/^https?:\/\/[^/]/);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
