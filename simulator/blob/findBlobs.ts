import type { Answer } from "../http/answer";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import { Blob } from "../state/blob";
import type { Container } from "../state/container";
import { targetContainer } from "./find";
import { readMarker, readMaxResults, writeMarker } from "./marker";
import { parseTagSearch, type TagSearch } from "./tagExpression";

/** Find Blobs by Tags, in the account or in one container. An index is never behind here. */
export function findBlobsByTags(request: StorageRequest): Answer {
    const where = request.query.get("where");
    if (!where) {
        throw storageError("MissingRequiredQueryParameter", { elements: { QueryParameterName: "where" } });
    }
    const search = parseTagSearch(where);
    if (!search) {
        throw invalidParameter("where", where, "The expression can't be parsed.");
    }
    const max = readMaxResults(request);
    const found: string[] = [];
    let next = "";
    for (const [container, name, blob] of matching(request, search)) {
        if (found.length === max) {
            next = writeMarker(`${container.name}/${name}`);
            break;
        }
        found.push(foundElement(container, name, blob, search));
    }
    const endpoint = request.address.pathStyle ? `${request.origin}/${request.account.name}/` : `${request.origin}/`;
    const xml =
        `<EnumerationResults ServiceEndpoint="${escapeText(endpoint)}">` +
        element("Where", where) +
        optionalElement("MaxResults", request.query.get("maxresults")) +
        parent("Blobs", found.join("")) +
        element("NextMarker", next) +
        "</EnumerationResults>";
    return { status: 200, xml, chunked: true };
}

function* matching(request: StorageRequest, search: TagSearch): Generator<[Container, string, Blob]> {
    const marker = readMarker(request) ?? "";
    const [fromContainer, fromName] = [marker.split("/", 1)[0]!, marker.slice(marker.indexOf("/") + 1)];
    const containers =
        request.address.container === undefined ? request.account.containers.values() : [targetContainer(request)];
    for (const container of containers) {
        if (container.name < fromContainer || (search.container ?? container.name) !== container.name) {
            continue;
        }
        yield* matchingIn(container, container.name === fromContainer ? fromName : "", search);
    }
}

function* matchingIn(container: Container, from: string, search: TagSearch): Generator<[Container, string, Blob]> {
    for (const [name, held] of container.entries(from)) {
        const blob = held instanceof Blob ? held : held.current;
        if (blob?.tags && search.matches(blob.tags)) {
            yield [container, name, blob];
        }
    }
}

function foundElement(container: Container, name: string, blob: Blob, { names }: TagSearch): string {
    const tags = Object.entries(blob.tags!)
        .filter(([key]) => names.includes(key))
        .map(([key, value]) => parent("Tag", element("Key", key) + element("Value", value)));
    return parent(
        "Blob",
        element("Name", name) +
            element("ContainerName", container.name) +
            parent("Tags", parent("TagSet", tags.join(""))),
    );
}
