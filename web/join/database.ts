/** What this browser keeps for the page in IndexedDB, in stores with a record for each slot of a tab (`identity.ts`). */

const DATABASE = "coterie";
const STORES = ["identities", "models"] as const;

export type Store = (typeof STORES)[number];

/**
 * Opens the database, does something with one of its stores, and closes it again.
 *
 * @returns what `use` returns, once all transactions that it waited for are complete
 * @throws DOMException where the browser keeps nothing, or no more
 */
export async function inStore<T>(
  store: Store,
  use: (open: (mode: IDBTransactionMode) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const database = await openDatabase();
  try {
    return await use((mode) => database.transaction(store, mode).objectStore(store));
  } finally {
    database.close();
  }
}

/** The result of a transaction's only request, once the transaction is complete. */
export function finished<T>(request: IDBRequest<T>): Promise<T> {
  const transaction = request.transaction!;
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Version 1 had identities only. */
function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 2);
  request.onupgradeneeded = () => {
    const { result: database } = request;
    for (const store of STORES) {
      if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
    }
  };
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
