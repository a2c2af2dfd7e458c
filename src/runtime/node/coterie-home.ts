import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * The folder for what outlives runs and belongs to the user of this machine: `COTERIE_HOME`, else
 * `$XDG_CONFIG_HOME/coterie`, else `~/.config/coterie`.
 */
export function coterieHome(): string {
  const { COTERIE_HOME, XDG_CONFIG_HOME = "" } = process.env;
  if (COTERIE_HOME) return resolve(COTERIE_HOME);
  // The XDG specification has relative paths ignored.
  return join(isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(homedir(), ".config"), "coterie");
}
