import { clientRule, guid, type TextRule, tenantRule } from "../storage/identityRules";
import { type EntraIdCredential, entraIdSecrets } from "../storage/location";
import type { Failures } from "./failures";
import { unknownValue } from "./unknown";

type Part = Exclude<keyof EntraIdCredential, "type">;

/** What each type of credential takes beside its type, and what it can't be without. */
const types: Readonly<Record<EntraIdCredential["type"], { takes: readonly Part[]; needs?: readonly Part[] }>> = {
    default: { takes: ["tenantId"] },
    managedIdentity: { takes: ["clientId", "objectId", "resourceId"] },
    workloadIdentity: { takes: ["tenantId", "clientId", "tokenFilePath"] },
    servicePrincipal: {
        takes: ["tenantId", "clientId", "clientSecret", "certificatePath", "certificatePassword"],
        needs: ["tenantId", "clientId"],
    },
    azureCli: { takes: ["tenantId"] },
    anonymous: { takes: [] },
};

const rules: Readonly<Partial<Record<Part, TextRule>>> = {
    tenantId: tenantRule,
    clientId: clientRule,
    objectId: { allowed: guid, words: "must be a principal's ID, such as 00000000-0000-0000-0000-000000000000" },
    resourceId: { allowed: /^\//, words: "must be an Azure resource ID, which begins with /subscriptions/" },
};

/** Parts of which one at most may be given, by type. */
const alternatives: Readonly<Partial<Record<EntraIdCredential["type"], readonly Part[]>>> = {
    managedIdentity: ["clientId", "objectId", "resourceId"],
    servicePrincipal: ["clientSecret", "certificatePath"],
};

/** Checks the credential of one end. Nothing of it that is secret is shown. */
export function checkEntraId(failures: Failures, end: "source" | "destination", credential: EntraIdCredential): void {
    const path = `${end}.credential`;
    if ((credential as unknown) === unknownValue) {
        return;
    }
    if (typeof credential !== "object" || credential === null) {
        failures.add(path, undefined, "must be an object with a type");
        return;
    }
    const { type, ...parts } = credential;
    if ((type as string) === unknownValue) {
        return;
    }
    if (!Object.hasOwn(types, type)) {
        failures.add(`${path}.type`, type, `must be one of ${Object.keys(types).join(", ")}`);
        return;
    }
    if (type === "anonymous" && end === "destination") {
        failures.add(`${path}.type`, type, "can't write; give a credential that may");
    }
    const { needs = [] } = types[type];
    const given = Object.entries(parts).filter(([, value]) => value !== undefined) as [Part, unknown][];
    for (const [part, value] of given) {
        checkPart(failures, `${path}.${part}`, part, value, type);
    }
    for (const part of needs.filter((needed) => parts[needed] === undefined)) {
        failures.add(`${path}.${part}`, undefined, `is missing; a credential of type ${type} needs it`);
    }
    const [first, second] = (alternatives[type] ?? []).filter((part) => parts[part] !== undefined);
    if (second !== undefined) {
        failures.add(`${path}.${second}`, undefined, `contradicts ${first}; give one of them`);
    }
    if (type === "servicePrincipal" && first === undefined) {
        failures.add(path, undefined, "lacks clientSecret or certificatePath");
    }
    if (type === "servicePrincipal" && parts.certificatePassword !== undefined && parts.certificatePath === undefined) {
        failures.add(`${path}.certificatePassword`, undefined, "is of no use without certificatePath");
    }
}

function checkPart(
    failures: Failures,
    path: string,
    part: Part,
    value: unknown,
    type: EntraIdCredential["type"],
): void {
    const { takes } = types[type];
    if (!takes.includes(part)) {
        const allowed = takes.length > 0 ? `allowed beside the type are ${takes.join(", ")}` : "it takes nothing else";
        failures.add(path, undefined, `is no part of a credential of type ${type}; ${allowed}`);
        return;
    }
    const secret = (entraIdSecrets as readonly string[]).includes(part);
    const rule = rules[part];
    if (typeof value !== "string" || value === "") {
        failures.add(path, secret ? undefined : value, "must be a text that is not empty");
    } else if (value !== unknownValue && rule && !rule.allowed.test(value)) {
        failures.add(path, value, rule.words);
    }
}
