import { isLoopback, show } from "../address";
import { known } from "../known";
import { matchesAny } from "../patterns";
import { defineRule } from "../rule";

/** Sources that are nobody's whom one trusts. */
export const sourceHostNotAllowed = defineRule({
    name: "source-host-not-allowed",
    description: "A copy's source must be on an allowed host.",
    reason: "What a copy brings in from a foreign host is whatever its owner has put there that day.",
    fix: "Copy from a storage account of your own, or add the host to the setting allowedHosts.",
    url: "https://learn.microsoft.com/azure/storage/common/security-restrict-copy-operations",
    enforcementLevel: "advisory",
    severity: "medium",
    settings: {
        allowedHosts: {
            type: "array",
            description: "Hosts that may be copied from; * stands for anything. Without more, all of Azure Storage.",
            default: [
                "*.core.windows.net",
                "*.storage.azure.net",
                "*.core.chinacloudapi.cn",
                "*.core.usgovcloudapi.net",
            ] as readonly string[],
            items: { type: "string" },
        },
    },
    reads: ["source"],
    *checkEnd(end, _copy, { allowedHosts }) {
        const host = end.role === "source" ? known(end.host) : undefined;
        if (host !== undefined && !isLoopback(host) && !matchesAny(host, allowedHosts)) {
            yield `${end.property} is on ${host}, which is not among the allowed hosts: ${show(end)}`;
        }
    },
});
