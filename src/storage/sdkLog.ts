// What the Azure SDK logs where AZURE_LOG_LEVEL is set.

import { format } from "node:util";
import { AzureLogger } from "@azure/logger";
import { redact, type Secrets } from "../../common/redact";
import { visible } from "../../common/visible";

/** The SDK takes it out of requests as well; a program may have marked it as secret. */
const metadata = /("x-ms-meta-[^"]*": ")(?:[^"\\]|\\.)*/gi;

/**
 * Keeps secrets out of the Azure SDK's own log. The SDK takes them out of requests, but shows the headers of answers as they are (core-rest-pipeline
 * 1.24), in one of which the service tells a copy's source with its SAS.
 * @param secrets values known to be secret, those included that are added later
 */
export function redactSdkLog(secrets: Secrets): void {
    const { log } = AzureLogger;
    AzureLogger.log = (...words) => log(visible(redact(format(...words).replace(metadata, "$1REDACTED"), secrets)));
}
