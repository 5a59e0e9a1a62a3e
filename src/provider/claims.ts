// Which resource of a program writes which destination. All resources of a stack share one provider's process, which checks one after the
// other, so that two onto one destination meet here.

import { addressUrl, resolveAddress, type StorageAddress } from "../storage/address";
import { type BlobLocation, credentialParts, descriptiveParts } from "../storage/location";
import { isSameObject } from "../storage/sameObject";
import { hasUnknown } from "./unknown";

interface Claim {
    readonly urn: string;
    readonly type: string;
    readonly address: StorageAddress;
}

/** The destinations of the resources that were checked in this process. */
export class Claims {
    private readonly claims = new Map<string, Claim>();
    /** By what all spellings of one name have in common. */
    private readonly byName = new Map<string, Set<Claim>>();

    /**
     * Notes a resource's destination, in place of the one that it had when it was checked before.
     * @returns why it can't have it: another resource has. Nothing where it can, or where the destination is not known yet
     */
    claim(type: string, urn: string, destination: BlobLocation | undefined): string | undefined {
        this.giveUp(urn);
        const address = destination && knownAddress(destination);
        if (!address) {
            return undefined;
        }
        const claim = { urn, type, address };
        const alike = this.byName.get(nameKey(address)) ?? new Set();
        const other = [...alike].find((one) => isSameObject(one.address, address));
        if (other) {
            return `is ${addressUrl(address)}, which is the destination of ${title(other)}, too: it and ${title(claim)} would overwrite each other, and the deletion of one would take the content of both; give each a destination of its own, or remove one`;
        }
        this.claims.set(urn, claim);
        this.byName.set(nameKey(address), alike.add(claim));
        return undefined;
    }

    private giveUp(urn: string): void {
        const claim = this.claims.get(urn);
        if (claim) {
            this.claims.delete(urn);
            this.byName.get(nameKey(claim.address))?.delete(claim);
        }
    }
}

/** What a location names, whatever is not known yet of how it is reached. */
function knownAddress(location: BlobLocation): StorageAddress | undefined {
    const naming = Object.fromEntries(
        Object.entries(location).filter(
            ([part, value]) =>
                part === "connectionString" ||
                ![...credentialParts, ...descriptiveParts].includes(part as "sasToken") ||
                !hasUnknown(value),
        ),
    );
    const address = hasUnknown(naming) ? undefined : resolveAddress(naming);
    return address?.kind === "blob" || address?.kind === "file" ? address : undefined;
}

/** A resource as its program names it. */
function title({ type, urn }: Claim): string {
    return `${type} "${urn.split("::").at(-1)}"`;
}

/** What all spellings of one name have in common. */
function nameKey(address: StorageAddress): string {
    const [root, name] =
        address.kind === "file" ? [address.shareName, address.filePath] : [address.containerName, address.blobName];
    const segments = name.split(/[\\/]/).map((segment) => segment.replace(/[. ]+$/, ""));
    return JSON.stringify([address.kind, root, segments.filter((segment) => segment !== "")])
        .normalize()
        .toLowerCase();
}
