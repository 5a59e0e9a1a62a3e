import { isAzureNativeStorage } from "../azureNativeType";
import { flagOf, listOf, type Maybe, map, numberOf, objectOf, objectsOf, type Properties, textOf } from "../known";
import { type AccountReader, type LifecycleRule, soonest } from "./account";

function isType(name: string): (type: string) => boolean {
    return (type) => isAzureNativeStorage(type, name);
}

const [isServiceProperties, isManagementPolicy] = [isType("BlobServiceProperties"), isType("ManagementPolicy")];
const [isImmutabilityPolicy, isLegalHold] = [
    isType("BlobContainerImmutabilityPolicy"),
    isType("BlobContainerLegalHold"),
];

/** Storage accounts of `@pulumi/azure-native`, of whichever API version. */
export const azureNativeAccounts: AccountReader = {
    isAccount: isType("StorageAccount"),
    readAccount(resource) {
        const { properties } = resource;
        return {
            resource,
            name: textOf(properties, "accountName") ?? textOf(properties, "name"),
            region: textOf(properties, "location"),
            tenantId: textOf(resource.providerProperties, "tenantId"),
            accessTier: textOf(properties, "accessTier"),
            allowsSharedKey: flagOf(properties, "allowSharedKeyAccess") ?? true,
            allowsPublicBlobs: flagOf(properties, "allowBlobPublicAccess") ?? false,
            copyScope: textOf(properties, "allowedCopyScope"),
            versioning: false, // another resource's, BlobServiceProperties
            softDelete: false,
        };
    },
    readProtection: ({ type, properties }) =>
        isServiceProperties(type)
            ? {
                  versioning: flagOf(properties, "isVersioningEnabled") ?? false,
                  softDelete:
                      map(objectOf(properties, "deleteRetentionPolicy"), (one) => flagOf(one, "enabled")) ?? false,
              }
            : undefined,
    isContainer: isType("BlobContainer"),
    accountInput: "accountName",
    readContainer: ({ properties }) => ({ name: textOf(properties, "containerName") ?? textOf(properties, "name") }),
    isContainerImmutability: (type) => isImmutabilityPolicy(type) || isLegalHold(type),
    containerInput: "containerName",
    readLifecycle: ({ type, properties }) =>
        isManagementPolicy(type)
            ? objectsOf(objectOf(properties, "policy"), "rules")
                  .filter((rule) => flagOf(rule, "enabled") !== false)
                  .map((rule) => lifecycleRule(objectOf(rule, "definition")))
            : undefined,
};

function lifecycleRule(definition: Maybe<Properties>): LifecycleRule {
    const blob = objectOf(objectOf(definition, "actions"), "baseBlob");
    const days = (action: string) =>
        soonest(
            ["Modification", "Creation"].map((since) =>
                numberOf(objectOf(blob, action), `daysAfter${since}GreaterThan`),
            ),
        );
    return {
        prefixes: listOf(objectOf(definition, "filters"), "prefixMatch"),
        deleteAfterDays: days("delete"),
        archiveAfterDays: days("tierToArchive"),
    };
}
