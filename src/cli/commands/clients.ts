import type { Command } from "commander";
import { InputError } from "../../errors.ts";
import type { Exclusions } from "../serve/exclusions.ts";
import type { KnownClient, KnownInvitation, Membership } from "../serve/membership.ts";
import { formatTable, type Terminal, writeLine } from "../terminal.ts";

interface Options {
  readonly ban?: string;
  readonly unban?: string;
  readonly revoke?: string;
  readonly json?: true;
}

/** `coterie clients RUN`: who is let in to a served run, and who no more. */
export function addClientsCommand(program: Command, terminal: Terminal): void {
  program
    .command("clients")
    .description("show who is let in to a served run, and change it")
    .argument("<run>", "folder of the run")
    .option("--ban <client>", "put a client out, and keep its key out")
    .option("--unban <client>", "let it in again")
    .option(
      "--revoke <invitation>",
      "let nobody new in by an invitation, or by `all` of them; those who came by it stay",
    )
    .option("--json", "one JSON value on standard output, everything else on standard error")
    .action(async (run: string, options: Options) => {
      const [{ Membership }, { readExclusions, writeExclusions }] = await Promise.all([
        import("../serve/membership.ts"),
        import("../serve/exclusions.ts"),
      ]);
      const membership = await Membership.open(run);
      if (membership.invitations().length === 0) {
        throw new InputError("clients.run", `No run has been served from ${run}; give the folder of one.`, {
          at: run,
        });
      }
      const before = await readExclusions(run);
      const after = change(before, membership, options);
      if (after !== before) {
        await writeExclusions(run, after);
        await membership.readExclusions();
        writeLine(terminal.err, "changed; a server that is running takes note within two seconds");
      }
      const [clients, invitations] = [membership.clients(), membership.invitations()];
      if (options.json) writeLine(terminal.out, JSON.stringify({ clients, invitations }));
      else writeLine(terminal.out, describe(clients, invitations));
    });
}

/** The same object when nothing is asked for. */
function change(before: Exclusions, membership: Membership, { ban, unban, revoke }: Options): Exclusions {
  let { banned, revoked } = before;
  if (ban !== undefined) banned = [...new Set([...banned, keyOf(ban, membership)])];
  if (unban !== undefined) {
    const key = keyOf(unban, membership);
    banned = banned.filter((each) => each !== key);
  }
  if (revoke !== undefined) revoked = [...new Set([...revoked, ...idsOf(revoke, membership)])];
  return banned === before.banned && revoked === before.revoked ? before : { ...before, banned, revoked };
}

/** @throws InputError `clients.unknown` */
function keyOf(name: string, membership: Membership): string {
  const client = membership.clients().find((each) => each.name === name);
  if (client !== undefined) return client.key;
  throw new InputError(
    "clients.unknown",
    `There is no client ${name}; give a name from the list without options.`,
    { at: name },
  );
}

/** @throws InputError `clients.invitation` */
function idsOf(asked: string, membership: Membership): string[] {
  const ids = membership.invitations().map(({ id }) => id);
  if (asked === "all") return ids;
  if (ids.includes(asked)) return [asked];
  throw new InputError(
    "clients.invitation",
    `There is no invitation ${asked}; give one from the list without options, or all.`,
    { at: asked },
  );
}

function describe(clients: readonly KnownClient[], invitations: readonly KnownInvitation[]): string {
  const people = clients.map(({ name, key, role, banned }) => [name, key, role, banned ? "banned" : ""]);
  const links = invitations.map(({ id, uses, usedBy, revoked }) => {
    const state = usedBy === undefined ? "" : `used by ${usedBy}`;
    return [id, uses === "single" ? "one client" : "anybody", revoked ? "revoked" : state];
  });
  return [
    ...(people.length > 0 ? [formatTable([["client", "key", "role", "state"], ...people]), ""] : []),
    formatTable([["invitation", "for", "state"], ...links]),
  ].join("\n");
}
