import { flagOf, listOf, type Maybe, map, numberOf, objectOf, objectsOf, type Properties, textOf } from "../known";
import { type AccountReader, type LifecycleRule, soonest } from "./account";

/** Storage accounts of `@pulumi/azure`. */
export const azureAccounts: AccountReader = {
    isAccount: (type) => type === "azure:storage/account:Account",
    readAccount(resource) {
        const { properties } = resource;
        const blobProperties = objectOf(properties, "blobProperties");
        const retention = map(blobProperties, (all) => objectOf(all, "deleteRetentionPolicy"));
        return {
            resource,
            name: textOf(properties, "name"),
            region: textOf(properties, "location"),
            tenantId: textOf(resource.providerProperties, "tenantId"),
            accessTier: textOf(properties, "accessTier"),
            allowsSharedKey: flagOf(properties, "sharedAccessKeyEnabled") ?? true,
            allowsPublicBlobs: flagOf(properties, "allowNestedItemsToBePublic") ?? true,
            copyScope: textOf(properties, "allowedCopyScope"),
            versioning: flagOf(blobProperties, "versioningEnabled") ?? false,
            softDelete: map(retention, (policy) => map(numberOf(policy, "days") ?? 7, (days) => days > 0)) ?? false,
        };
    },
    isContainer: (type) => type === "azure:storage/container:Container",
    accountInput: "storageAccountName",
    readContainer: ({ properties }) => ({ name: textOf(properties, "name") }),
    isContainerImmutability: (type) => type === "azure:storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy",
    containerInput: "storageContainerResourceManagerId",
    readLifecycle: ({ type, properties }) =>
        type === "azure:storage/managementPolicy:ManagementPolicy"
            ? objectsOf(properties, "rules")
                  .filter((rule) => flagOf(rule, "enabled") !== false)
                  .map(lifecycleRule)
            : undefined,
};

function lifecycleRule(rule: Maybe<Properties>): LifecycleRule {
    const blob = objectOf(objectOf(rule, "actions"), "baseBlob");
    const days = (action: string) =>
        soonest(
            ["Modification", "Creation"].map((since) => numberOf(blob, `${action}AfterDaysSince${since}GreaterThan`)),
        );
    return {
        prefixes: listOf(objectOf(rule, "filters"), "prefixMatches"),
        deleteAfterDays: days("delete"),
        archiveAfterDays: days("tierToArchive"),
    };
}
