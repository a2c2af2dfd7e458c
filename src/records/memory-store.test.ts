import { eventStoreContract } from "./event-store.contract.ts";
import { openMemoryStore } from "./memory-store.ts";

eventStoreContract("memory store", () => ({ open: openMemoryStore, durable: false }));
