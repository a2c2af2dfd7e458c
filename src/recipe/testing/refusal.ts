import { InputError } from "../../errors.ts";
import { parseRecipe } from "../parse.ts";

/**
 * What is said of a recipe for MNIST with 20 clients and these lines, without the place; nothing when it is accepted.
 * Lines that begin with `clients:` say how many there are.
 */
export function refusal(lines: string): string {
  const clients = lines.startsWith("clients:") ? "" : "clients: 20\n";
  const text = `name: r\ntask: mnist-mlp\ndata: { dataset: mnist }\n${clients}rounds: 3\n${lines}\n`;
  try {
    parseRecipe(text, { file: "r.yaml", overrides: [] });
  } catch (error) {
    if (error instanceof InputError) return error.message.replace(/^r\.yaml:\d+:\d+: /, "");
    throw error;
  }
  return "";
}
