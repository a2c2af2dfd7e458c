const most = 60;

/** A name as notes and errors quote it: what is longer than 60 characters ends in an ellipsis. */
export function shortened(name: string): string {
  const characters = [...name];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : name;
}
