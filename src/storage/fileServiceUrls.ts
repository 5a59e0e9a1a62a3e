// Which URLs are of Azure Files: an emulator's does not tell.

import { isAzureFile } from "./address";

/** The file services that clients were made of, each once. */
const known = new Set<string>();

/** Notes that a URL is that of an account's file service. */
export function noteFileService(serviceUrl: string): void {
    known.add(serviceUrl);
}

/** Whether a URL is of Azure Files, by its host or by a client that was made. */
export function isOfFileService(url: string): boolean {
    const ofKnown = (serviceUrl: string) => url.startsWith(serviceUrl) && /^[/?]?$/.test(url.charAt(serviceUrl.length));
    return isAzureFile(url) || [...known].some(ofKnown);
}
