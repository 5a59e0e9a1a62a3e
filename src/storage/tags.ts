/** The most bytes of tags that go with another operation, in the `x-ms-tags` header; more take Set Blob Tags. */
const mostHeaderBytes = 2_048;

/** Whether tags go with the operation that writes a blob, encoded as its header has them. */
export function fitsHeader(tags: Readonly<Record<string, string>>): boolean {
    const pairs = Object.entries(tags).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
    return pairs.join("&").length <= mostHeaderBytes;
}
