/** A copy of plain data with collections of its own. Vectors, which never change, are shared. */
export function copyOf<T>(data: T): T {
  return copy(data) as T;
}

function copy(data: unknown): unknown {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return data;
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, copy(value)]));
  if (data instanceof Set) return new Set(data);
  if (Array.isArray(data)) return data.map(copy);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, copy(value)]));
}
