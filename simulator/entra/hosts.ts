// By which names Microsoft Entra ID and the managed-identity endpoints answer. They hand out tokens to whoever asks rightly, so that a web page whose
// own name is looked up to this machine (DNS rebinding), and may read the answer therefore, must not be heard.

import { isIP } from "node:net";

/** The hosts of the public cloud's authority and of a virtual machine's metadata, which proxies lead here. */
const PUBLIC_HOSTS = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "169.254.169.254",
];

/** Names of this machine, whoever asks for them. */
const loopback = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:[^.]+\.)*localhost|host\.docker\.internal)$/;

/**
 * Whether a request's Host is a name that the endpoints answer to.
 * @param host the header, with its port or without
 * @param names other names than this machine's, such as that of the host listened at
 * @param localAddress the address of this machine that the request came to
 */
export function answersTo(
    host: string | undefined,
    names: readonly string[],
    localAddress: string | undefined,
): boolean {
    const name = nameOf(host ?? "");
    if (name === undefined) {
        return false;
    }
    const address = name.replace(/^\[|\]$/g, "");
    const isLocalAddress = isIP(address) !== 0 && address === localAddress?.replace(/^::ffff:/, "");
    const known = [...PUBLIC_HOSTS, ...names.map((each) => nameOf(each.includes(":") ? `[${each}]` : each))];
    return loopback.test(name) || isLocalAddress || known.includes(name);
}

/** A host's name as URLs spell it, without port and dot at its end; nothing where it is none. */
function nameOf(host: string): string | undefined {
    const url = `http://${host}`;
    return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : undefined;
}
