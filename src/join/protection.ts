/** What a client's messages are protected by on their way, beside the connection: in a word each. */

/** Sealed for another client; the server passes it on. */
const SEALED: ReadonlySet<string> = new Set([
  ...["swiftagg-plus/share", "swiftagg-plus/partial", "lightsecagg/share"],
  ...["secagg-plus/shares", "secagg/shares"],
  ...["secea/presence", "secea/queries", "secea/masks", "secea/tables", "secea/measures", "secea/answers"],
]);

/** Under masks that only the sum is rid of. */
const MASKED: ReadonlySet<string> = new Set(["lightsecagg/upload", "secagg-plus/upload", "secagg/upload"]);

/** Sums of several clients' shares. */
const SUMMED: ReadonlySet<string> = new Set([
  ...["swiftagg-plus/partial", "swiftagg-plus/final", "lightsecagg/recovery", "secea/sum"],
]);

/** Of shares of masks and keys, which carry no update and so no noise. */
const WITHOUT_UPDATE: ReadonlySet<string> = new Set([
  ...["lightsecagg/share", "lightsecagg/recovery", "secagg-plus/shares", "secagg/shares"],
]);

/**
 * @param kind of the message on the wire
 * @param hasNoise whether clients add noise to their updates
 * @returns nothing for what is told in the clear
 */
export function protectionOf(kind: string, hasNoise: boolean): string[] {
  const words = [
    SUMMED.has(kind) && "summed",
    MASKED.has(kind) && "masked",
    SEALED.has(kind) && "sealed",
  ].filter((word) => word !== false);
  const carriesUpdate = words.length > 0 && !WITHOUT_UPDATE.has(kind);
  return hasNoise && carriesUpdate ? ["noise", ...words] : words;
}
