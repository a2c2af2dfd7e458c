/** WordNet's lexicographer files by their numbers (lexnames(5WN)): the fields in which its synsets were written. */
const fields = {
  adj: ["all", "pert"],
  adv: ["all"],
  noun: [
    ...["Tops", "act", "animal", "artifact", "attribute", "body", "cognition", "communication", "event"],
    ...["feeling", "food", "group", "location", "motive", "object", "person", "phenomenon", "plant"],
    ...["possession", "process", "quantity", "relation", "shape", "state", "substance", "time"],
  ],
  verb: [
    ...["body", "change", "cognition", "communication", "competition", "consumption", "contact", "creation"],
    ...["emotion", "motion", "perception", "possession", "social", "stative", "weather"],
  ],
};

/** `noun.animal` and so on; 45 of them. */
export const lexicographerFiles: readonly string[] = [
  ...Object.entries(fields).flatMap(([part, names]) => names.map((name) => `${part}.${name}`)),
  "adj.ppl",
];
