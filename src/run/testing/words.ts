import type { RecipeInput } from "../../recipe/index.ts";

/** Four clients with a thousand facts about WordNet's words, who tell each other their embeddings in the clear. */
export const words: RecipeInput = {
  name: "words",
  task: "wordnet-distmult",
  data: { dataset: "wordnet", train: 1000 },
  clients: 4,
  partition: { kind: "owners" },
  rounds: 2,
  local: { epochs: 1, batch: 256, optimizer: { kind: "adam", rate: 0.01 } },
  protocol: { kind: "embeddings" },
};
