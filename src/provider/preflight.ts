// Says what the destination's account and container can't hold, before anything is written: the service says so late, one thing at a
// time, and not always in words. It is asked only where something depends on it, once for each account and container.

import { CopyError } from "../copy/errors";
import { containerUrl } from "../storage/address";
import type { Credential } from "../storage/credential";
import { statusCode } from "../storage/errors";
import { shown } from "../storage/shown";
import { pageBlobTiers } from "./checkProperties";
import { type CopyRequest, what } from "./copyRequest";
import type { Destination } from "./ends";
import type { Context } from "./handler";

/** What [Get Account Information](https://learn.microsoft.com/rest/api/storageservices/get-account-information) tells. */
interface AccountInformation {
    /** `Standard_LRS`, `Premium_LRS` and so on. */
    readonly skuName?: string;
    /** `StorageV2`, `Storage`, `BlobStorage`, `BlockBlobStorage`. */
    readonly accountKind?: string;
    readonly isHierarchicalNamespaceEnabled?: boolean;
}

/** What the copy asks of the account that not every account has. */
interface Wanted {
    readonly tags: boolean;
    readonly sealBlob: boolean;
    readonly accessTier: string | undefined;
    /** `legalHold` or `immutabilityPolicy`. */
    readonly protection: "legalHold" | "immutabilityPolicy" | undefined;
}

/**
 * Refuses what the destination can't be, all of it at once. A credential that may not ask is no failure: the service will answer.
 * @throws CopyError
 */
export async function preflight(request: CopyRequest, context: Context): Promise<void> {
    const wanted = wantedOf(request);
    if (!wanted.tags && !wanted.sealBlob && !wanted.accessTier && !wanted.protection) {
        return;
    }
    const mistakes: string[] = [];
    const account = await accountOf(request.destination, context);
    if (account) {
        const blobType = holdsAllTypes(account) ? undefined : await blobTypeOf(request, context);
        mistakes.push(...accountMistakes(account, wanted, blobType));
    }
    if (wanted.protection && !account?.isHierarchicalNamespaceEnabled) {
        mistakes.push(...(await containerMistakes(wanted.protection, request.destination, context)));
    }
    if (mistakes.length > 0) {
        const { accountName, serviceUrl } = request.destination.address;
        throw new CopyError(
            `could not copy ${what(request)}, which the account ${accountName ?? serviceUrl} can't hold as it is asked for: ${mistakes.join("; ")}`,
        );
    }
}

function wantedOf({ inputs, tags }: CopyRequest): Wanted {
    const { accessTier, sealBlob, legalHold, immutabilityPolicy } = inputs;
    return {
        tags: Object.keys(tags ?? {}).length > 0,
        sealBlob: sealBlob === true,
        accessTier,
        protection: immutabilityPolicy ? "immutabilityPolicy" : legalHold ? "legalHold" : undefined,
    };
}

// What accounts hold

/** An account of premium performance for page blobs. */
function isPremiumPage({ skuName = "", accountKind }: AccountInformation): boolean {
    return skuName.startsWith("Premium") && (accountKind === "StorageV2" || accountKind === "Storage");
}

function lacksPageBlobs({ accountKind, isHierarchicalNamespaceEnabled }: AccountInformation): boolean {
    return (
        isHierarchicalNamespaceEnabled === true || accountKind === "BlobStorage" || accountKind === "BlockBlobStorage"
    );
}

function holdsAllTypes(account: AccountInformation): boolean {
    return !isPremiumPage(account) && !lacksPageBlobs(account);
}

/** An account in words: what its limits come from. */
function inWords(account: AccountInformation): string {
    if (account.isHierarchicalNamespaceEnabled) {
        return "it has a hierarchical namespace";
    }
    return isPremiumPage(account) ? "it is a premium account for page blobs" : `its kind is ${account.accountKind}`;
}

function accountMistakes(account: AccountInformation, wanted: Wanted, blobType: string | undefined): string[] {
    const why = inWords(account);
    const mistakes: (string | undefined)[] = [
        typeMistake(account, blobType, why),
        wanted.accessTier && tierMistake(account, wanted.accessTier, why),
    ];
    const withoutTags =
        isPremiumPage(account) ||
        account.isHierarchicalNamespaceEnabled ||
        account.accountKind === "BlobStorage" ||
        account.accountKind === "Storage";
    if (wanted.tags && withoutTags) {
        mistakes.push(`tags must be left out, since ${why}, which has no index tags; metadata may do instead`);
    }
    if (account.isHierarchicalNamespaceEnabled && wanted.sealBlob) {
        mistakes.push(`sealBlob must be left out, since ${why}, which seals no append blobs`);
    }
    if (account.isHierarchicalNamespaceEnabled && wanted.protection) {
        mistakes.push(
            `${wanted.protection} must be left out, since ${why}, which keeps no versions; a policy or hold of the container protects its blobs there`,
        );
    }
    return mistakes.filter((mistake) => mistake !== undefined && mistake !== "") as string[];
}

function typeMistake(account: AccountInformation, blobType: string | undefined, why: string): string | undefined {
    if (blobType === "PageBlob" && lacksPageBlobs(account)) {
        return `the source is a page blob, which it does not hold, since ${why}; copy into a StorageV2 account without a hierarchical namespace`;
    }
    if (blobType !== undefined && blobType !== "PageBlob" && isPremiumPage(account)) {
        return `the source is no page blob, and ${why}; copy into a standard account, or one of kind BlockBlobStorage`;
    }
    return undefined;
}

function tierMistake(account: AccountInformation, tier: string, why: string): string | undefined {
    const { accountKind, skuName = "" } = account;
    const got = `(got ${shown(tier)})`;
    if (pageBlobTiers.includes(tier)) {
        return isPremiumPage(account)
            ? undefined
            : `accessTier must be left out, or Hot, Cool, Cold or Archive for a block blob, since only premium accounts for page blobs have ${tier} ${got}`;
    }
    if (isPremiumPage(account)) {
        return `accessTier must be one of ${pageBlobTiers.join(", ")}, since ${why} ${got}`;
    }
    if (accountKind === "BlockBlobStorage" || accountKind === "Storage") {
        return `accessTier must be left out, since ${why}, which has no access tiers ${got}`;
    }
    if (tier === "Archive" && skuName.endsWith("ZRS")) {
        return `accessTier must be Hot, Cool or Cold, since its redundancy is ${skuName}, with which nothing is archived ${got}`;
    }
    return undefined;
}

/** The type that the destination will have; nothing where the source can't be read by us. */
async function blobTypeOf({ source }: CopyRequest, context: Context): Promise<string | undefined> {
    if (source.address.kind !== "blob") {
        return "BlockBlob";
    }
    try {
        return (await source.properties(context.signal)).blobType;
    } catch {
        return undefined;
    }
}

async function containerMistakes(
    property: NonNullable<Wanted["protection"]>,
    { address, container, credential }: Destination,
    context: Context,
): Promise<string[]> {
    const isEnabled = await once(credential, containerUrl(address), async () => {
        const properties = await container.getProperties({ abortSignal: context.signal });
        return properties.isImmutableStorageWithVersioningEnabled;
    });
    return isEnabled === false
        ? [
              `${property} must be left out, since its container ${address.containerName} has no version-level immutability support; enable that, or copy into a container that has it`,
          ]
        : [];
}

// What was asked before

/** Answers by credential: one that may ask tells others nothing that they might not know. */
const answers = new WeakMap<Credential, Map<string, Promise<unknown>>>();

function accountOf(
    { address, client, credential }: Destination,
    context: Context,
): Promise<AccountInformation | undefined> {
    return once(credential, address.serviceUrl, () => client.getAccountInfo({ abortSignal: context.signal }));
}

/** Asks once; again only where the failure may pass. */
function once<Answer>(credential: Credential, about: string, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const known = answers.get(credential) ?? new Map<string, Promise<unknown>>();
    answers.set(credential, known);
    let answer = known.get(about) as Promise<Answer | undefined> | undefined;
    if (!answer) {
        answer = ask().catch((error: unknown) => {
            if (statusCode(error) !== 403) {
                known.delete(about);
            }
            return undefined;
        });
        known.set(about, answer);
    }
    return answer;
}
