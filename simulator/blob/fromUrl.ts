import { randomUUID } from "node:crypto";
import { md5Of } from "../content/md5";
import type { Answer } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Tags } from "../state/properties";
import { writtenHeaders } from "./describeBlob";
import { readEncryption } from "./encryption";
import { refuseFiniteLease } from "./leaseChecks";
import { newBlob, readMd5Header, setProtection } from "./putBlob";
import { inheritedTier, readBlobHeaders, readMetadata, readTagsHeader, readTier } from "./requestProperties";
import { refuseOtherVersions, replaceTarget } from "./target";
import { readUrlSource, type UrlSource } from "./urlSource";

const MIB = 1024 * 1024;

/** Copy Blob From URL: copies a block blob of up to 256 MiB, and answers when it is done. */
export async function copyBlobFromUrl(request: StorageRequest): Promise<Answer> {
    const { headers, service } = request;
    const metadata = readMetadata(headers);
    const tier = readTier(request, "BlockBlob");
    const tagsOption = readTagOption(request);
    const source = await readUrlSource(request, {
        limit: 256 * MIB,
        tooLarge: storageError("CannotVerifyCopySource", {
            status: 409,
            message:
                "The source request body for synchronous copy is too large and exceeds the maximum permissible limit (256MB).",
        }),
        tags: tagsOption.copies,
        keyed: false,
    });
    if (source.blob && source.blob.type !== "BlockBlob") {
        throw storageError("CannotVerifyCopySource", { status: 409, message: "The copy source must be a block blob." });
    }
    const md5 = source.md5 ?? (await md5Of(source.content));
    const { container, name, old } = replaceTarget(request);
    refuseFiniteLease(request, old);
    if (old && old.type !== "BlockBlob") {
        throw storageError("InvalidBlobType");
    }
    refuseOtherVersions(container, name, "BlockBlob");
    const blob = newBlob(request, "BlockBlob", old, readEncryption(request));
    const { length } = source.content;
    blob.content = source.content;
    blob.blocks = source.blob?.blocks;
    blob.headers = source.headers;
    blob.md5 = source.md5;
    blob.metadata = metadata ?? source.metadata;
    blob.tags = tagsOption.tags(source);
    blob.tier = inheritedTier(tier, old, service.clock.now());
    setProtection(request, blob);
    const id = randomUUID();
    const completed = service.clock.now();
    blob.copy = { id, source: source.reported, status: "success", completed, copied: length, total: length };
    container.setStaged(name, undefined);
    service.replace(container, name, blob);
    return {
        status: 202,
        headers: {
            ...writtenHeaders(request, blob),
            "x-ms-copy-id": id,
            "x-ms-copy-status": "success",
            "Content-MD5": md5,
        },
    };
}

/** Put Blob From URL: a new block blob from any source; one that is there stands until all bytes have arrived. */
export async function putBlobFromUrl(request: StorageRequest): Promise<Answer> {
    const { headers, service } = request;
    if (headers.get("x-ms-blob-type") !== "BlockBlob") {
        throw invalidHeader("x-ms-blob-type", headers.get("x-ms-blob-type"));
    }
    const own = readBlobHeaders(headers, true);
    const copiesProperties = headers.boolean("x-ms-copy-source-blob-properties") ?? true;
    const metadata = readMetadata(headers);
    const tier = readTier(request, "BlockBlob");
    const tagsOption = readTagOption(request);
    const storedMd5 = readMd5Header(request, "x-ms-blob-content-md5");
    const source = await readUrlSource(request, {
        limit: request.version >= "2020-04-08" ? 5000 * MIB : 256 * MIB,
        ifTags: true,
        tags: tagsOption.copies,
    });
    const { container, name, old } = replaceTarget(request, { leaseAllowsOverwrite: true });
    refuseOtherVersions(container, name, "BlockBlob");
    const blob = newBlob(request, "BlockBlob", old, readEncryption(request));
    blob.content = source.content;
    blob.md5 = storedMd5 ?? source.md5;
    const carried = copiesProperties ? source.headers : {};
    blob.headers = {
        contentType: own.contentType ?? carried.contentType ?? "application/octet-stream",
        contentEncoding: own.contentEncoding ?? carried.contentEncoding,
        contentLanguage: own.contentLanguage ?? carried.contentLanguage,
        contentDisposition: own.contentDisposition ?? carried.contentDisposition,
        cacheControl: own.cacheControl ?? carried.cacheControl,
    };
    blob.metadata = metadata ?? source.metadata;
    blob.tags = tagsOption.tags(source);
    blob.tier = inheritedTier(tier, old?.type === "BlockBlob" ? old : undefined, service.clock.now());
    container.setStaged(name, undefined);
    service.replace(container, name, blob);
    return {
        status: 201,
        headers: {
            ...writtenHeaders(request, blob),
            "Content-MD5": headers.get("x-ms-source-content-md5") || undefined,
            "x-ms-request-server-encrypted": "true",
        },
    };
}

/** Whether the source's tags are copied, and the tags of the new blob. */
function readTagOption(request: StorageRequest): { copies: boolean; tags(source: UrlSource): Tags | undefined } {
    const option = request.headers.get("x-ms-copy-source-tag-option") || "REPLACE";
    if (option !== "REPLACE" && option !== "COPY") {
        throw invalidHeader("x-ms-copy-source-tag-option", option);
    }
    const own = readTagsHeader(request.headers);
    const copies = option === "COPY";
    if (copies && own) {
        throw storageError("BothUserTagsAndSourceTagsCopyPresentException");
    }
    return { copies, tags: (source) => (copies ? source.blob?.tags : own) };
}
