import { mirrorWithoutSoftDelete } from "../../policy/rules/mirrorWithoutSoftDelete";
import { account, command, native, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const sync = (flags: string) =>
    command(`azcopy sync https://golden.blob.core.windows.net/a https://contosodev.blob.core.windows.net/a ${flags}`);
const softDelete = native("BlobServiceProperties", { deleteRetentionPolicy: { enabled: true, days: 7 } });

testRule(mirrorWithoutSoftDelete, {
    accepts: {
        "AzCopy, which deletes nothing unless told to": [sync(""), account()],
        "a mirror with soft delete": [sync("--delete-destination=true"), account(), softDelete],
        "an account outside that is set": {
            resources: [sync("--delete-destination=true")],
            settings: { protectedAccounts: ["contosodev"] },
        },
        "a dry run": [sync("--delete-destination=true --dry-run"), account()],
    },
    refuses: {
        "a mirror without soft delete": {
            resources: [sync("--delete-destination=true"), account()],
            finding:
                "azcopy sync (destination) loses what is not at the source, and the account dev has no soft delete",
        },
        "a mirror with versions alone": {
            resources: [
                sync("--delete-destination prompt"),
                account(),
                native("BlobServiceProperties", { isVersioningEnabled: true }),
            ],
            finding: "the account dev has no soft delete",
        },
        "the Azure CLI, which deletes unless told otherwise": {
            resources: [command("az storage blob sync --account-name contosodev -c seed -s ./folder"), account()],
            finding: "az storage blob sync (destination) loses what is not at the source",
        },
        "a mirror of a share": {
            resources: [
                command(
                    "azcopy sync https://golden.file.core.windows.net/a https://contosodev.file.core.windows.net/a --delete-destination=true",
                ),
                account(),
                softDelete,
            ],
            finding:
                "azcopy sync (destination) loses what is not at the source, and nothing in Azure Files keeps a single file's old content",
        },
        "a mirror at a custom domain": {
            resources: [
                command(
                    "azcopy sync https://golden.blob.core.windows.net/a https://files.contoso.com/a --delete-destination=true",
                ),
            ],
            finding: "nothing tells which account is at files.contoso.com, or that it has soft delete",
        },
        "an account outside the stack": {
            resources: [sync("--delete-destination=true")],
            finding: "nothing tells that the account contosodev, which this stack does not make, has soft delete",
        },
    },
    undecided: {
        "a variable that nobody sets": {
            resources: [sync("--delete-destination=$DELETE"), account()],
            property: "$DELETE",
        },
        "unknown soft delete": {
            resources: [
                sync("--delete-destination=true"),
                account(),
                native("BlobServiceProperties", { deleteRetentionPolicy: { enabled: unknown } }),
            ],
            property: "deleteRetentionPolicy.enabled",
        },
    },
});
