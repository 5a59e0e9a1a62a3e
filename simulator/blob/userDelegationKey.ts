import { delegationKey, FIRST_VERSIONS, SIGNED_SERVICES } from "../auth/userDelegation";
import { systemClock } from "../clock";
import type { Answer } from "../http/answer";
import { readSmallBody } from "../http/body";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, parent, parseXml } from "../http/xml";

/** How far ahead a user delegation key may end, in milliseconds. */
const LONGEST = 7 * 24 * 3600_000;

/** Get User Delegation Key: a key of the caller's own that signs SAS for at most seven days. */
export async function getUserDelegationKey(request: StorageRequest): Promise<Answer> {
    if (request.identity.kind !== "bearer") {
        throw storageError("InternalError");
    }
    const { principal } = request.identity;
    const { service } = request.address;
    if (request.version < FIRST_VERSIONS[service]) {
        throw invalidParameter("comp", "userdelegationkey");
    }
    const { KeyInfo: info } = parseXml(await readSmallBody(request.body, 64 * 1024)) as { KeyInfo?: KeyInfo };
    if (typeof info !== "object") {
        throw storageError("InvalidXmlDocument");
    }
    if (info.DelegatedUserTid) {
        throw storageError("NotImplemented", { message: "User delegation keys for another user are not simulated." });
    }
    const nows = [request.service.clock.now(), systemClock.now()];
    const start = readTime(info.Start ?? new Date(nows[0]!).toISOString());
    const expiry = readTime(info.Expiry);
    // A client's clock isn't turned with the simulator's: the seven days may count from either.
    const fits = nows.some((now) => now < expiry && expiry <= now + LONGEST && start <= now + LONGEST);
    if (!fits || start >= expiry) {
        throw invalidTime(info.Expiry);
    }
    const fields = {
        objectId: principal.objectId,
        tenantId: principal.tenantId,
        start: seconds(start),
        expiry: seconds(expiry),
        service: SIGNED_SERVICES[service],
        version: request.version,
    };
    const xml = parent(
        "UserDelegationKey",
        element("SignedOid", fields.objectId) +
            element("SignedTid", fields.tenantId) +
            element("SignedStart", fields.start) +
            element("SignedExpiry", fields.expiry) +
            element("SignedService", fields.service) +
            element("SignedVersion", fields.version) +
            element("Value", delegationKey(request.account, fields)),
    );
    return { status: 200, xml, chunked: true };
}

/** The request's body, parsed. */
interface KeyInfo {
    readonly Start?: string;
    readonly Expiry?: string;
    readonly DelegatedUserTid?: string;
}

function readTime(text: string | undefined): number {
    const time = Date.parse(text ?? "");
    if (Number.isNaN(time)) {
        throw invalidTime(text);
    }
    return time;
}

/** 400 that names the value as node and value, as the service does. */
function invalidTime(text = ""): ReturnType<typeof storageError> {
    return storageError("InvalidXmlNodeValue", { elements: { XmlNodeName: text, XmlNodeValue: text } });
}

function seconds(time: number): string {
    return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
