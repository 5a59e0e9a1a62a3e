import type { Rule } from "../../../policy/rule";
import {
    account,
    azureAccount,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    fileCopy,
    incrementalSnapshotCopy,
    unknown,
} from "./resources";
import { testRule } from "./testRule";

/** What a rule about one setting of the destination's account is tried with. */
export interface AccountCases {
    /** The setting's name in azure-native. */
    readonly setting: string;
    /** The value that it violates the rule with. */
    readonly open: unknown;
    /** The same in azure. */
    readonly azureOpen: Record<string, unknown>;
    /** What the rule says of the account dev. */
    readonly finding: string;
    /** Whether the setting is about blobs alone. */
    readonly blobsOnly?: true;
}

/** What holds of every rule about a setting of the destination's account. */
export function testAccountRule(
    rule: Rule,
    { setting, open: value, azureOpen, finding, blobsOnly }: AccountCases,
): void {
    const open = account({ [setting]: value });
    const azcopy = command(
        "azcopy copy https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/a",
    );
    testRule(rule, {
        accepts: {
            "an account that is closed": [blobCopy(), account()],
            "one of azure": [blobCopy(), azureAccount()],
            "an account outside the stack": [blobCopy()],
            ...(blobsOnly && { "a file in an open account": [fileCopy(), open] }),
            "an open account that is no destination": [
                blobCopy({ destination: devBlob({ accountName: "other" }) }),
                open,
            ],
        },
        refuses: {
            "a destination in an open account": { resources: [blobCopy(), open], finding },
            "one of azure": { resources: [blobCopy(), azureAccount(azureOpen)], finding },
            "one of a package for one API version": {
                resources: [blobCopy(), { ...open, type: "azure-native_storage_v20240101:storage:StorageAccount" }],
                finding,
            },
            "one whose name is not known yet": {
                resources: [
                    blobCopy({ destination: devBlob({ accountName: unknown }) }, { from: { destination: ["dev"] } }),
                    { ...open, props: { ...open.props, accountName: undefined } },
                ],
                finding: "destination is in the account dev",
            },
            "that of an IncrementalSnapshotCopy": { resources: [incrementalSnapshotCopy(), open], finding },
            ...(!blobsOnly && { "that of a FileCopy": { resources: [fileCopy(), open], finding } }),
            "that of an azure Blob": { resources: [azureBlob(), open], finding: "name is in the account dev" },
            "that of an azure-native Blob": {
                resources: [azureNativeBlob("https://example.com/a"), open],
                finding: "blobName is in the account dev",
            },
            "that of a command": {
                resources: [azcopy, open],
                finding: "azcopy copy (destination) is in the account dev",
            },
        },
        undecided: {
            "an unknown setting": { resources: [blobCopy(), account({ [setting]: unknown })], property: setting },
            "an unknown account": {
                resources: [blobCopy({ destination: devBlob({ accountName: unknown }) }), account()],
                property: "destination.accountName",
            },
        },
    });
}
