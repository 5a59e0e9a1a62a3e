import type { SourceAddress } from "../storage/address";
import { checkFlag } from "./checkProperties";
import type { CopyInputs } from "./copyTypes";
import type { Failures } from "./failures";
import { unknownValue } from "./unknown";

/** Whether a source can be leased at all, as far as its address and its SAS tell. */
export function checkLeaseSource(
    failures: Failures,
    { leaseSource, source }: CopyInputs,
    address: SourceAddress | undefined,
): void {
    checkFlag(failures, "leaseSource", leaseSource);
    if (leaseSource !== true || !address) {
        return;
    }
    if (address.kind !== "blob") {
        failures.add(
            "leaseSource",
            true,
            "must be left out, since only blobs in Azure Storage are leased, and the source is none",
        );
        return;
    }
    if (address.snapshot ?? address.versionId) {
        const kind = address.snapshot ? "snapshot" : "version";
        failures.add("leaseSource", true, `must be left out, since the source is a ${kind}, which nobody can change`);
        return;
    }
    const { sasToken } = source;
    const permissions =
        sasToken && sasToken !== unknownValue ? new URLSearchParams(sasToken.replace(/^\?/, "")).get("sp") : undefined;
    if (permissions && !permissions.includes("w")) {
        failures.add(
            "source.sasToken",
            `sp=${permissions}`,
            "must permit writing too (sp with w), since leaseSource leases the source; or leave leaseSource out",
        );
    }
}
