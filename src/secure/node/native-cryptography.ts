import type { Cryptography } from "../cryptography.ts";
import { nativeCiphers } from "./native-ciphers.ts";
import { nativeKeyAgreement } from "./native-key-agreement.ts";

/** By OpenSSL. */
export const nativeCryptography: Cryptography = { ...nativeKeyAgreement, ...nativeCiphers };
