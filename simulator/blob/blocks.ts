import { createHash } from "node:crypto";
import type { Content } from "../content/content";
import { JoinedContent } from "../content/joined";
import type { Answer } from "../http/answer";
import { readSmallBody, receiveContent } from "../http/body";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, parent, parseChildren } from "../http/xml";
import type { Blob, Encryption } from "../state/blob";
import type { Block } from "../state/properties";
import type { StagedBlocks } from "../state/slot";
import { refuseBlobType } from "./accountSupport";
import { checkRead, readTagsCondition } from "./conditions";
import { modifiedHeaders, writtenHeaders } from "./describeBlob";
import { checkSameEncryption, encryptionHeaders, readEncryption } from "./encryption";
import { addressedBlob, targetContainer, targetName } from "./find";
import { checkReadLease, checkWriteLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { checkMd5, newBlob, partMd5, readMd5Header, setProtection } from "./putBlob";
import { inheritedTier, newBlobHeaders, readMetadata, readTagsHeader, readTier } from "./requestProperties";
import { refuseArchived, refuseOtherVersions, replaceTarget } from "./target";
import { answeredMd5, readUrlSource } from "./urlSource";

const MIB = 1024 * 1024;
const MAX_UNCOMMITTED = 100_000;
const MAX_COMMITTED = 50_000;

/** Put Block: receives one block, which belongs to nothing until a Put Block List names it. */
export async function putBlock(request: StorageRequest): Promise<Answer> {
    const id = readBlockId(request);
    const sent = readMd5Header(request, "content-md5");
    const body = await receiveContent(request.body, blockLimit(request.version), request.service.files);
    checkMd5(sent, body.md5);
    const encryption = stageBlock(request, id, body.content);
    return {
        status: 201,
        headers: {
            "Content-MD5": partMd5(request, sent, body.md5),
            "x-ms-request-server-encrypted": "true",
            ...encryptionHeaders(encryption),
        },
    };
}

/** Put Block From URL: reads one block from a source; a range that ends after the source does is cut short. */
export async function putBlockFromUrl(request: StorageRequest): Promise<Answer> {
    const id = readBlockId(request);
    const { content } = await readUrlSource(request, { limit: blockLimit(request.version), ranged: true });
    const md5 = await answeredMd5(request, content);
    const encryption = stageBlock(request, id, content);
    return {
        status: 201,
        headers: {
            "Content-MD5": md5,
            "x-ms-request-server-encrypted": "true",
            ...encryptionHeaders(encryption),
        },
    };
}

/**
 * Keeps an uncommitted block. The destination mustn't be of another type, archived or waiting for a copy, and all that goes by its
 * name must be encrypted alike.
 */
export function stageBlock(request: StorageRequest, id: string, content: Content): Encryption | undefined {
    refuseBlobType(request.account, "BlockBlob");
    const container = targetContainer(request);
    const name = targetName(request);
    const blob = request.service.blob(container, name);
    checkWriteLease(request, blob);
    if (blob) {
        if (blob.type !== "BlockBlob") {
            throw storageError("InvalidBlobType");
        }
        refusePendingCopy(blob);
        refuseArchived(blob);
    }
    const encryption = readEncryption(request);
    const now = request.service.clock.now();
    const staged = container.staged(name, now) ?? { blocks: new Map<string, Content>(), encryption, touched: now };
    checkSameEncryption(encryption, staged.encryption);
    if (blob) {
        checkSameEncryption(encryption, blob.rare?.encryption);
    }
    const other = staged.blocks.keys().next().value ?? blob?.blocks?.[0]?.id;
    if (other !== undefined && byteLength(other) !== byteLength(id)) {
        throw storageError("InvalidBlobOrBlock");
    }
    if (staged.blocks.size >= MAX_UNCOMMITTED && !staged.blocks.has(id)) {
        throw storageError("BlockCountExceedsLimit", {
            message: "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.",
        });
    }
    staged.blocks.set(id, content);
    staged.touched = now;
    container.setStaged(name, staged);
    return encryption;
}

/** The blockid parameter: Base64 of up to 64 bytes. */
export function readBlockId(request: StorageRequest): string {
    const id = request.query.get("blockid") ?? "";
    const bytes = Buffer.from(id, "base64");
    if (id === "" || bytes.toString("base64") !== id) {
        throw invalidParameter("blockid", id, "Not a valid base64 string.");
    }
    if (bytes.length > 64) {
        throw storageError("OutOfRangeInput", {
            elements: { QueryParameterName: "blockid", QueryParameterValue: id },
        });
    }
    return id;
}

/** Put Block List: makes the blob out of committed and uncommitted blocks. */
export async function putBlockList(request: StorageRequest): Promise<Answer> {
    const body = await readSmallBody(request.body);
    const bodyMd5 = createHash("md5").update(body).digest("base64");
    checkMd5(readMd5Header(request, "content-md5"), bodyMd5);
    const wanted = parseChildren(body, "BlockList");
    if (wanted.length > MAX_COMMITTED) {
        throw storageError("BlockListTooLong");
    }
    const headers = newBlobHeaders(request.headers, false);
    const metadata = readMetadata(request.headers);
    const tags = readTagsHeader(request.headers);
    const tier = readTier(request, "BlockBlob");
    const { container, name, old } = replaceTarget(request);
    if (old && old.type !== "BlockBlob") {
        throw storageError("InvalidBlobType");
    }
    refuseOtherVersions(container, name, "BlockBlob");
    const now = request.service.clock.now();
    const encryption = readEncryption(request);
    const staged = container.staged(name, now);
    if (wanted.length > 0 && (staged ?? old)) {
        checkSameEncryption(encryption, staged ? staged.encryption : old!.rare?.encryption);
    }
    const blocks = chooseBlocks(wanted, old, staged);
    const blob = newBlob(request, "BlockBlob", old, encryption);
    blob.content = blocks.length === 1 ? blocks[0]!.content : JoinedContent.of(blocks.map((block) => block.content));
    blob.blocks = blocks;
    blob.md5 = readMd5Header(request, "x-ms-blob-content-md5");
    blob.headers = headers;
    blob.metadata = metadata;
    blob.tags = tags;
    blob.tier = inheritedTier(tier, old, now);
    setProtection(request, blob);
    container.setStaged(name, undefined);
    request.service.replace(container, name, blob);
    return {
        status: 201,
        headers: {
            ...writtenHeaders(request, blob),
            // That of the list, not of the blob.
            "Content-MD5": partMd5(request, undefined, bodyMd5),
            "x-ms-request-server-encrypted": "true",
        },
    };
}

function chooseBlocks(
    wanted: readonly { name: string; text: string }[],
    old: Blob | undefined,
    staged: StagedBlocks | undefined,
): Block[] {
    const committed = new Map((old?.blocks ?? []).map((block) => [block.id, block.content]));
    return wanted.map(({ name, text }) => {
        const id = text.trim();
        const uncommitted = staged?.blocks.get(id);
        const content =
            name === "Committed"
                ? committed.get(id)
                : name === "Uncommitted"
                  ? uncommitted
                  : name === "Latest"
                    ? (uncommitted ?? committed.get(id))
                    : undefined;
        if (!["Committed", "Uncommitted", "Latest"].includes(name)) {
            throw storageError("InvalidXmlDocument");
        }
        if (!content) {
            throw storageError("InvalidBlockList");
        }
        return { id, content };
    });
}

/** Get Block List. */
export function getBlockList(request: StorageRequest): Answer {
    const type = (request.query.get("blocklisttype") ?? "committed").toLowerCase();
    if (type !== "committed" && type !== "uncommitted" && type !== "all") {
        throw invalidParameter("blocklisttype", type);
    }
    const container = targetContainer(request);
    const name = targetName(request);
    const staged = request.query.has("snapshot") ? undefined : container.staged(name, request.service.clock.now());
    const blob = staged ? request.service.blob(container, name) : addressedBlob(request);
    if (blob) {
        checkReadLease(request, blob);
        checkRead(readTagsCondition(request.headers), blob);
        if (blob.type !== "BlockBlob") {
            throw storageError("InvalidBlobType");
        }
    }
    const committed = type === "uncommitted" ? "" : blockList("CommittedBlocks", blob?.blocks ?? []);
    const uncommitted = [...(staged?.blocks ?? [])].map(([id, content]) => ({ id, content }));
    const list = committed + (type === "committed" ? "" : blockList("UncommittedBlocks", uncommitted));
    return {
        status: 200,
        headers: {
            ...(blob
                ? { ...modifiedHeaders(request, blob.modified), "x-ms-blob-content-length": blob.content.length }
                : {}),
            Vary: "Origin",
        },
        xml: parent("BlockList", list),
        chunked: true,
    };
}

function blockList(name: string, blocks: readonly Block[]): string {
    const items = blocks.map((block) =>
        parent("Block", element("Name", block.id) + element("Size", block.content.length)),
    );
    return parent(name, items.join(""));
}

function byteLength(id: string): number {
    return Buffer.from(id, "base64").length;
}

/** The largest block, by version. */
function blockLimit(version: string): number {
    if (version >= "2019-12-12") {
        return 4000 * MIB;
    }
    return version >= "2016-05-31" ? 100 * MIB : 4 * MIB;
}
