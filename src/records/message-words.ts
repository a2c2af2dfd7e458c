/**
 * What the messages of a run carry, in a few words, by their kind on the wire. What a report says of a round's messages
 * stands here, and so does what a server of real clients counts by its name. A new protocol adds its kinds.
 */
const words: Readonly<Record<string, string>> = {
  plan: "what is learnt, from which data, with which programs",
  ready: "its data is there, and it takes part",
  round: "the model, unless clients have their own, and how to train on it",
  close: "the round is over, and whether the update counts",
  diverged: "training has given no finite numbers",
  standing: "which of its updates was the last that counts",

  "plain/update": "the update, in the clear",

  "swiftagg-plus/key": "public key of its sealed channel",
  "swiftagg-plus/plan": "who takes part, and their public keys",
  "swiftagg-plus/share": "a share of its update, sealed",
  "swiftagg-plus/shared": "its shares are on their way",
  "swiftagg-plus/report": "say whose shares you hold",
  "swiftagg-plus/received": "whose shares it holds",
  "swiftagg-plus/include": "whose updates are summed",
  "swiftagg-plus/partial": "sum of shares, sealed, to the next group",
  "swiftagg-plus/passed": "its sum is on its way",
  "swiftagg-plus/final": "sum of shares of all included",
  "swiftagg-plus/stop": "enough sums have come",
  "swiftagg-plus/refuse": "something was not as it must be",

  "lightsecagg/key": "public key of its sealed channel",
  "lightsecagg/plan": "who takes part, and their public keys",
  "lightsecagg/share": "a share of its mask, sealed",
  "lightsecagg/report": "say whose shares you hold",
  "lightsecagg/held": "whose shares it holds",
  "lightsecagg/upload": "its update under its mask",
  "lightsecagg/include": "whose updates are summed",
  "lightsecagg/recovery": "sum of the mask shares of those included",

  ...secAgg("secagg-plus"),
  ...secAgg("secagg"),

  "secea/ready": "public key of its sealed channel, and the registration it holds",
  "secea/plan": "who registers, and their public keys",
  "secea/presence": "a share of which entities it has, sealed",
  "secea/queries": "a share of what it asks for, sealed",
  "secea/masks": "a share of what hides answers, sealed",
  "secea/tables": "a share of its embeddings, sealed",
  "secea/measures": "a share of its measurements, sealed",
  "secea/shared": "its shares are on their way",
  "secea/report": "say whose shares you hold",
  "secea/held": "whose shares it holds",
  "secea/include": "whose shares count",
  "secea/sum": "sum of shares",
  "secea/union": "the entities that anybody has",
  "secea/begin": "who takes part in the round",
  "secea/answers": "answers to the receiver's queries, sealed",
  "secea/answered": "its answers are on their way",
  "secea/retrieved": "it has its rows",
  "secea/refuse": "something was not as it must be",

  "embeddings/rows": "embeddings of its entities, in the clear",
  "embeddings/means": "their means over the clients that have them",
  "embeddings/measured": "what it has measured on its own data",
};

function secAgg(kind: string): Record<string, string> {
  return {
    [`${kind}/key`]: "public keys of its sealed channel and its masks",
    [`${kind}/plan`]: "its place, and its neighbours' public keys",
    [`${kind}/shares`]: "shares of its two secrets, sealed for each neighbour",
    [`${kind}/held`]: "its neighbours' sealed shares, passed on",
    [`${kind}/upload`]: "its update under all its masks",
    [`${kind}/unmask`]: "which neighbours have uploaded",
    [`${kind}/reveal`]: "a share of one secret of each neighbour",
  };
}

/** Undefined for a kind that is not known here. */
export function messageWords(kind: string): string | undefined {
  return Object.hasOwn(words, kind) ? words[kind] : undefined;
}

/** Whether a message of this kind belongs to a run under this protocol: the rounds' own, or the protocol's. */
export function isMessageOf(protocol: string, kind: string): boolean {
  return Object.hasOwn(words, kind) && (!kind.includes("/") || kind.startsWith(`${protocol}/`));
}
