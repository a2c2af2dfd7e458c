import { readFile } from "node:fs/promises";
import { InputError } from "../../errors.ts";
import { Members } from "../../runtime/session/members.ts";

/** A key that is let in beforehand, and the name under which it takes part. */
export interface AllowedKey {
  readonly name: string;
  readonly fingerprint: string;
}

/**
 * Reads a list of keys: lines of a name and the fingerprint of a public key; `#` begins a comment.
 *
 * @throws InputError `serve.allow` when the file cannot be read or a line is malformed, `session.member` when a name
 *   is not allowed or two lines contradict each other
 */
export async function readAllowList(file: string): Promise<AllowedKey[]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    const sentence = `The file ${file} cannot be read; give one with lines "NAME KEY".`;
    throw new InputError("serve.allow", sentence, { at: file, cause });
  });
  const members = new Members();
  const allowed: AllowedKey[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    if (words[0] === "") continue;
    const at = `${file}:${index + 1}`;
    if (words.length !== 2) {
      throw new InputError("serve.allow", `${at}: a line has a name and a key's fingerprint.`, { at });
    }
    const [name, fingerprint] = words;
    members.register(name, fingerprint, "client");
    allowed.push({ name, fingerprint });
  }
  return allowed;
}
