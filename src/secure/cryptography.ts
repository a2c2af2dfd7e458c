import { type Ciphers, portableCiphers } from "./ciphers.ts";
import { type KeyAgreement, portableKeyAgreement } from "./key-agreement.ts";

/** What secure protocols reckon with. */
export interface Cryptography extends KeyAgreement, Ciphers {}

/** In JavaScript, everywhere. */
export const portableCryptography: Cryptography = { ...portableKeyAgreement, ...portableCiphers };
