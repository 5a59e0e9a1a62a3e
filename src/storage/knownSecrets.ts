// What is secret in the stack and in the resources that this process has seen. They share clients, so that one may tell of another's.

import { redact, Secrets } from "../../common/redact";
import { quoted } from "../../common/visible";

/** One for the process of a dynamic provider. */
export const knownSecrets = new Secrets();

/**
 * What a server says, as it may stand within a message: without secrets, on one line, without characters that are not seen, and cut.
 * @param longest in characters, 400 where nothing is said
 */
export function told(text: string, longest?: number): string {
    return quoted(redact(text, knownSecrets), longest);
}
