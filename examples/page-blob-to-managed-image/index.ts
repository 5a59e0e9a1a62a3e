// Copies a VHD into an account of the virtual machines' region, and makes a managed image of it.

import * as compute from "@pulumi/azure-native/compute";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

const vhd = new copy.BlobCopy("vhd", {
    source: { url: config.require("vhd"), sasToken: config.getSecret("vhdSasToken") },
    destination: {
        accountName: config.require("account"),
        endpoint: config.get("endpoint"),
        accountKey: config.getSecret("accountKey"),
        containerName: "vhds",
        blobName: "golden.vhd",
    },
    timeout: "6h",
});

const group = new resources.ResourceGroup("images");

const image = new compute.Image(
    "golden",
    {
        resourceGroupName: group.name,
        hyperVGeneration: "V2",
        storageProfile: {
            osDisk: {
                osType: "Linux",
                osState: "Generalized",
                blobUri: vhd.url,
                storageAccountType: "StandardSSD_LRS",
            },
        },
        tags: { vhd: vhd.sourceEtag.apply((etag) => etag ?? "unknown") },
    },
    // An image holds what the VHD held when it was made: another VHD is another image.
    { replaceOnChanges: ["tags.vhd"] },
);

export const vhdUrl = vhd.url;
export const imageId = image.id;
