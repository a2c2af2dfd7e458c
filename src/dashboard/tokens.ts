import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** An observer sees everything; an operator may also change things. */
export type Role = "observer" | "operator";

/** The secret of each role. Without an operator's token nobody may change anything. */
export interface Tokens {
  readonly observer: string;
  readonly operator?: string;
}

/** 32 random bytes in base64url: too many to guess. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Whose token it is. How long the comparison takes does not depend on how much of a token is right. */
export function roleOfToken(tokens: Tokens, given: string): Role | undefined {
  const isOperator = tokens.operator !== undefined && isSame(tokens.operator, given);
  const isObserver = isSame(tokens.observer, given);
  if (isOperator) return "operator";
  return isObserver ? "observer" : undefined;
}

function isSame(token: string, given: string): boolean {
  // Digests have one length, which `timingSafeEqual` needs and which hides the token's own.
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(token), digest(given));
}
