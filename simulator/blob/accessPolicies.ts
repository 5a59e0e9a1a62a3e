import { storageError } from "../http/errors";
import { asList, element, optionalElement, parent, parseXml } from "../http/xml";
import type { AccessPolicy } from "../state/accessPolicy";

/** Stored access policies as the document that Get Container ACL and Get Share ACL answer. */
export function policiesXml(policies: readonly AccessPolicy[]): string {
    const identifiers = policies.map(({ id, start, expiry, permissions }) => {
        const policy =
            optionalElement("Start", start) +
            optionalElement("Expiry", expiry) +
            optionalElement("Permission", permissions);
        return parent("SignedIdentifier", element("Id", id) + parent("AccessPolicy", policy));
    });
    return parent("SignedIdentifiers", identifiers.join(""));
}

/** The stored access policies in such a document, up to five; 400 if it is none. */
export function readPolicies(body: Buffer): AccessPolicy[] {
    const document = parseXml(body) as { SignedIdentifiers?: { SignedIdentifier?: unknown } };
    if (!("SignedIdentifiers" in document)) {
        throw storageError("InvalidXmlDocument");
    }
    const identifiers = asList(document.SignedIdentifiers?.SignedIdentifier) as {
        Id?: unknown;
        AccessPolicy?: { Start?: unknown; Expiry?: unknown; Permission?: unknown };
    }[];
    if (identifiers.length > 5) {
        throw storageError("InvalidXmlDocument");
    }
    const text = (value: unknown) => (value === undefined || value === "" ? undefined : String(value));
    return identifiers.map((identifier) => {
        const id = text(identifier.Id) ?? "";
        if (id === "" || id.length > 64) {
            throw storageError("InvalidXmlDocument", {
                elements: { Reason: "Signed identifier ID cannot be empty or over 64 characters in length" },
            });
        }
        return {
            id,
            start: text(identifier.AccessPolicy?.Start),
            expiry: text(identifier.AccessPolicy?.Expiry),
            permissions: text(identifier.AccessPolicy?.Permission),
        };
    });
}
