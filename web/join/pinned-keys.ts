/** Keys of the servers that this browser has met, by their URL: fingerprints, kept across visits. */
const KEY = "coterie.server-keys";

export function pinnedKey(url: string): string | undefined {
  return read()[url];
}

export function pinKey(url: string, fingerprint: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), [url]: fingerprint }));
  } catch {
    // Storage is blocked or full: the next time is a first time again.
  }
}

function read(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}
