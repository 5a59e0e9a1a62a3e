// A state as it is recorded: without the secrets that a server has said again.

import { redact } from "../../common/redact";
import { quoted } from "../../common/visible";
import { inputNames as blobInputs } from "./blobCopyTypes";
import { longestWord, secretsIn, withoutSecrets } from "./echoes";
import { fileInputNames as fileInputs } from "./fileCopyTypes";
import { inputNames as incrementalInputs } from "./incrementalSnapshotCopyTypes";

/** What the program says, which is recorded as it is; and the address that follows from it. */
const ownWords = new Set<string>([...blobInputs, ...fileInputs, ...incrementalInputs, "requestedAccessTier", "url"]);

/**
 * A state as it is stored: what servers have said in it goes without the secrets that they were given.
 * @param credentials what authorized the requests
 */
export function withoutEchoes(state: object, credentials: readonly string[]): Record<string, unknown> {
    const secrets = secretsIn(credentials);
    const entries = Object.entries(state).map(([name, value]): [string, unknown] => {
        if (name === "contentType" && typeof value === "string") {
            return [name, quoted(redact(value, secrets), longestWord)];
        }
        return [name, ownWords.has(name) ? value : withoutSecrets(value, secrets)];
    });
    return Object.fromEntries(entries);
}
