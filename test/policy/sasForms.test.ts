// That a SAS is seen by every rule on SAS, in whichever way a program gives it.

import { describe, expect, it } from "vitest";
import type { Rule } from "../../policy/rule";
import { sasExpiresBeforeTimeout } from "../../policy/rules/sasExpiresBeforeTimeout";
import { sasLongLived } from "../../policy/rules/sasLongLived";
import { sasNotHttpsOnly } from "../../policy/rules/sasNotHttpsOnly";
import { sasWritable } from "../../policy/rules/sasWritable";
import { check } from "./support/check";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    day,
    devBlob,
    devFile,
    type FakeResource,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    sas,
    unknown,
} from "./support/resources";

const golden = "https://golden.blob.core.windows.net";
const goldenFile = "https://golden.file.core.windows.net";
const dev = "https://contosodev.blob.core.windows.net";
const inImages = { containerName: "images", blobName: "orders.bak" };
const inConfig = { shareName: "config", filePath: "app/settings.json" };

const connectionString = (token: string) => `BlobEndpoint=${golden};SharedAccessSignature=${token}`;
const fileConnectionString = (token: string) => `FileEndpoint=${goldenFile};SharedAccessSignature=${token}`;
const copyStart = "az storage blob copy start --account-name contosodev -c a -b b";

/** A source's SAS, however it is given. */
const ofSource: Record<string, (token: string) => FakeResource> = {
    "sasToken of a BlobCopy": (token) => blobCopy({ source: goldenBlob({ sasToken: token }) }),
    "sasToken with a question mark": (token) => blobCopy({ source: goldenBlob({ sasToken: `?${token}` }) }),
    "sasToken in quotes": (token) => blobCopy({ source: goldenBlob({ sasToken: ` "${token}"\n` }) }),
    "sasToken with names in upper case": (token) =>
        blobCopy({ source: goldenBlob({ sasToken: token.replace(/(^|&)[a-z]+=/g, (name) => name.toUpperCase()) }) }),
    "sasToken with escaped names": (token) =>
        blobCopy({ source: goldenBlob({ sasToken: token.replace(/(^|&)s/g, "$1%73") }) }),
    "sasToken that is escaped as a whole": (token) =>
        blobCopy({ source: goldenBlob({ sasToken: encodeURIComponent(token) }) }),
    "sasToken beside a key": (token) => blobCopy({ source: goldenBlob({ sasToken: token, accountKey: "a2V5" }) }),
    "sasToken beside a credential": (token) =>
        blobCopy({ source: goldenBlob({ sasToken: token, credential: { type: "environment" } }) }),
    "the query of a BlobCopy's url": (token) => blobCopy({ source: { url: `${golden}/images/orders.bak?${token}` } }),
    "the query of an http url": (token) =>
        blobCopy({ source: { url: `${golden.replace("https", "http")}/images/orders.bak?${token}` } }),
    "a url on a custom domain": (token) =>
        blobCopy({ source: { url: "https://files.contoso.com/images/orders.bak", sasToken: token } }),
    "a url on a custom domain, with its query": (token) =>
        blobCopy({ source: { url: `https://files.contoso.com/images/orders.bak?${token}` } }),
    "a url at an IP address": (token) =>
        blobCopy({ source: { url: "https://10.0.0.4/golden/images/orders.bak", sasToken: token } }),
    "the query of an endpoint": (token) => blobCopy({ source: { ...inImages, endpoint: `${golden}/?${token}` } }),
    "the connection string of a BlobCopy": (token) =>
        blobCopy({ source: { ...inImages, connectionString: connectionString(token) } }),
    "a connection string in quotes": (token) =>
        blobCopy({ source: { ...inImages, connectionString: `"${connectionString(token)}"` } }),
    "a connection string in upper case, with a question mark": (token) =>
        blobCopy({
            source: { ...inImages, connectionString: `BLOBENDPOINT=${golden};SHAREDACCESSSIGNATURE=?${token};` },
        }),
    "a connection string with a key too": (token) =>
        blobCopy({
            source: {
                ...inImages,
                connectionString: `AccountName=golden;AccountKey=a2V5;SharedAccessSignature=${token}`,
            },
        }),
    "an endpoint of a connection string": (token) =>
        blobCopy({ source: { ...inImages, connectionString: `BlobEndpoint=${golden}/?${token}` } }),
    "the connection string of a FileCopy": (token) =>
        fileCopy({ source: { ...inConfig, connectionString: fileConnectionString(token) } }),
    "the url of a FileCopy": (token) => fileCopy({ source: { url: `${goldenFile}/config/app?${token}` } }),
    "the connection string of an IncrementalSnapshotCopy": (token) =>
        incrementalSnapshotCopy({
            source: { ...inImages, connectionString: connectionString(token) },
            takeSnapshot: undefined,
            snapshot: "2026-01-31T12:00:00.0000000Z",
        }),
    "sourceUri of an azure Blob": (token) => azureBlob({ sourceUri: `${golden}/a/b?${token}` }),
    "sourceUri on a custom domain": (token) => azureBlob({ sourceUri: `https://files.contoso.com/a/b?${token}` }),
    "the asset of an azure-native Blob": (token) => azureNativeBlob(`${golden}/a/b?${token}`),
    "the asset of an azure-native Blob, with names in upper case": (token) =>
        azureNativeBlob(`${golden}/a/b?${token.replace(/(^|&)[a-z]+=/g, (name) => name.toUpperCase())}`),
    AzCopy: (token) => command(`azcopy copy '${golden}/a/b?${token}' ${dev}/a/b`),
    "AzCopy, from a variable": (token) =>
        command(`azcopy copy "${golden}/a/b?$SAS" ${dev}/a/b`, { environment: { SAS: token } }),
    "AzCopy, from a custom domain": (token) =>
        command(`azcopy copy 'https://files.contoso.com/a/b?${token}' ${dev}/a/b`),
    "the Azure CLI's --source-sas": (token) =>
        command(
            `${copyStart} --source-account-name golden --source-container a --source-blob b --source-sas '${token}'`,
        ),
    "the Azure CLI's --source-sas with a question mark": (token) =>
        command(
            `${copyStart} --source-account-name golden --source-container a --source-blob b --source-sas "?${token}"`,
        ),
    "the Azure CLI's --source-uri": (token) => command(`${copyStart} --source-uri='${golden}/a/b?${token}'`),
    "the Azure CLI's connection string of the source": (token) =>
        command(
            `az storage copy --src-conn '${connectionString(token)}' --source-container a --account-name contosodev --destination-container a`,
        ),
    "curl's header x-ms-copy-source": (token) =>
        command(`curl -X PUT -H 'x-ms-copy-source: ${golden}/a/b?${token}' -H "Content-Length: 0" ${dev}/a/b`),
    "curl's header in a variable, and in upper case": (token) =>
        command(`SRC='${golden}/a/b'; curl -sSfXPUT --header "X-MS-COPY-SOURCE:$SRC?$SAS" --url ${dev}/a/b`, {
            environment: { SAS: token },
        }),
    "curl on another machine": (token) =>
        command(`ssh host curl -T /dev/null -H "'x-ms-copy-source: ${golden}/a/b?${token}'" ${dev}/a/b`),
    "az rest": (token) =>
        command(
            `az rest --method put --url ${dev}/a/b --headers "x-ms-copy-source=${golden}/a/b?${token}" Content-Length=0`,
        ),
    "az rest, with headers in JSON": (token) =>
        command(
            `az rest -m put -u ${dev}/a/b --headers '${JSON.stringify({ "X-Ms-Copy-Source": `${golden}/a/b?${token}` })}'`,
        ),
};

/** A destination's SAS, however it is given. */
const ofDestination: Record<string, (token: string) => FakeResource> = {
    "a BlobCopy": (token) => blobCopy({ destination: devBlob({ sasToken: token }) }),
    "the connection string of a BlobCopy": (token) =>
        blobCopy({ destination: { ...inImages, connectionString: connectionString(token) } }),
    "the connection string of a FileCopy": (token) =>
        fileCopy({ destination: { ...inConfig, connectionString: fileConnectionString(token) } }),
    "the url of a FileCopy": (token) => fileCopy({ destination: devFile({ sasToken: token }) }),
    "a url on a custom domain": (token) =>
        blobCopy({ destination: { url: "https://files.contoso.com/images/orders.bak", sasToken: token } }),
    "the Azure CLI's --connection-string": (token) =>
        command(`${copyStart} -u ${golden}/a/b --connection-string '${connectionString(token)}'`),
    "the Azure CLI's connection string in the environment": (token) =>
        command(`${copyStart} -u ${golden}/a/b`, {
            environment: { AZURE_STORAGE_CONNECTION_STRING: connectionString(token) },
        }),
    "the Azure CLI's connection string in an exported variable": (token) =>
        command(`export AZURE_STORAGE_CONNECTION_STRING='${connectionString(token)}'; ${copyStart} -u ${golden}/a/b`),
    "the Azure CLI's SAS in the environment": (token) =>
        command(`${copyStart} -u ${golden}/a/b`, { environment: { AZURE_STORAGE_SAS_TOKEN: `?${token}` } }),
    "the Azure CLI's --sas-token, whatever key is in the environment": (token) =>
        command(`${copyStart} -u ${golden}/a/b --sas-token '${token}'`, { environment: { AZURE_STORAGE_KEY: "a2V5" } }),
    AzCopy: (token) => command(`azcopy copy ${golden}/a/b '${dev}/a/b?${token}'`),
    curl: (token) => command(`curl -XPUT -H 'x-ms-copy-source: ${golden}/a/b' '${dev}/a/b?comp=copy&${token}'`),
};

/** For each rule, a SAS that it refuses and one that it accepts. */
const rules: readonly (readonly [Rule, bad: string, good: string])[] = [
    [sasWritable as Rule, sas({ sp: "rwd" }), sas()],
    [sasNotHttpsOnly as Rule, sas({ spr: undefined }), sas()],
    [sasLongLived as Rule, sas({ se: day(365) }), sas()],
    [sasExpiresBeforeTimeout as Rule, sas({ se: day(0.01) }), sas({ se: day(5) })],
];

const forms = (given: typeof ofSource) => Object.entries(given);

describe.each(rules.map(([rule, bad, good]) => [rule.name, rule, bad, good] as const))(
    "%s",
    (name, rule, bad, good) => {
        const all = [
            ...forms(ofSource).map(([form, make]) => [`source: ${form}`, make] as const),
            ...(name === sasWritable.name
                ? []
                : forms(ofDestination).map(([form, make]) => [`destination: ${form}`, make] as const)),
        ];

        it.each(all)("refuses a bad SAS, and accepts a good one, of the %s", async (_, make) => {
            const verdict = await check(rule, [make(bad)]);
            expect(verdict.violations).toHaveLength(1);
            expect(verdict.messages.join()).not.toContain("c2lnbmF0dXJl");
            expect((await check(rule, [make(good)])).messages).toEqual([]);
        });

        it.each<[string, FakeResource]>([
            ["a connection string", blobCopy({ source: { ...inImages, connectionString: unknown } })],
            ["a connection string at a known account", blobCopy({ source: goldenBlob({ connectionString: unknown }) })],
            [
                "the Azure CLI's connection string",
                command(`${copyStart} -u ${golden}/a/b`, { environment: { AZURE_STORAGE_CONNECTION_STRING: unknown } }),
            ],
            [
                "curl's source",
                command(`curl -XPUT -H "x-ms-copy-source: ${golden}/a/b?$SAS" -H "Authorization: Bearer x" ${dev}/a/b`),
            ],
        ])("is undecided while %s is not known", async (form, resource) => {
            const { violations, undecided } = await check(rule, [resource]);
            expect(violations).toEqual([]);
            // What sas-writable has to decide of a source is known where the destination's SAS is not.
            expect(undecided).toHaveLength(name === sasWritable.name && form.startsWith("the Azure CLI") ? 0 : 1);
        });

        it("takes the signature of another server for no SAS", async () => {
            const signed = "X-Goog-Signature=1&sig=abc&sp=rwd&sv=1.0&se=2020-01-01";
            expect((await check(rule, [azureBlob({ sourceUri: `https://example.com/a?${signed}` })])).messages).toEqual(
                [],
            );
        });

        it("leaves an emulator's connection string alone", async () => {
            const emulated = `BlobEndpoint=http://127.0.0.1:10000/golden;SharedAccessSignature=${bad}`;
            const copy = blobCopy({ source: { ...inImages, connectionString: emulated } });
            expect((await check(rule, [copy])).messages).toEqual([]);
        });
    },
);
