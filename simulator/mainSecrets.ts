// Keys and secrets that a program is given: in a file or in the environment, which only its own user can read, or on the command line, which
// everybody on the machine can.

import { readFileSync } from "node:fs";
import { UsageError } from "./usageError";

/** The variable that holds what `--secrets` reads from a file. */
export const SECRETS_VARIABLE = "AZURE_COPY_SIMULATOR_SECRETS";

const KINDS = { accounts: "--account", servicePrincipals: "--service-principal" } as const;

type Kind = keyof typeof KINDS;

/** Secrets by the names of what they are for. */
type Secrets = Partial<Record<Kind, Readonly<Record<string, string>>>>;

/** What an option names, and its secret. */
export interface Named {
    readonly name: string;
    readonly secret: string | undefined;
}

/**
 * The secrets of a file, or of the environment where no file is given.
 * @throws UsageError where they are not what they should be; it shows nothing of them
 */
export function readSecrets(file: string | undefined, environment: NodeJS.ProcessEnv): Secrets {
    const text = file === undefined ? environment[SECRETS_VARIABLE] : readFileSync(file, "utf8");
    if (!text) {
        return {};
    }
    const where = file === undefined ? SECRETS_VARIABLE : "--secrets";
    const secrets = parsed(text);
    const isGood =
        isObject(secrets) &&
        Object.entries(secrets).every(
            ([kind, byName]) =>
                kind in KINDS && isObject(byName) && Object.values(byName).every((one) => typeof one === "string"),
        );
    if (!isGood) {
        throw new UsageError(
            `${where} must be JSON such as {"accounts":{"NAME":"KEY"},"servicePrincipals":{"ID":"SECRET"}}; either may be left out`,
        );
    }
    return secrets;
}

// The error of JSON.parse shows a part of the text.
function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What an option names, each with its secret.
 * @param texts `NAME` or `NAME:SECRET`, as the option gives them
 * @param warn called with a warning where one has its secret on the command line
 */
export function withSecrets(
    kind: Kind,
    texts: readonly string[],
    secrets: Secrets,
    warn: (warning: string) => void,
): Named[] {
    const option = KINDS[kind];
    const others = new Map(Object.entries(secrets[kind] ?? {}));
    const named = texts.map((text) => {
        const colon = text.indexOf(":");
        const name = colon < 0 ? text : text.slice(0, colon);
        const elsewhere = others.get(name);
        others.delete(name);
        if (colon < 0) {
            return { name, secret: elsewhere };
        }
        if (elsewhere !== undefined) {
            throw new UsageError(
                `${option} ${name} has a secret of its own and one by --secrets or ${SECRETS_VARIABLE}`,
            );
        }
        warn(
            `the secret of ${option} ${name} stands on the command line, which every user of this machine can read; give it by --secrets FILE or ${SECRETS_VARIABLE}`,
        );
        return { name, secret: text.slice(colon + 1) };
    });
    const [unknown] = others.keys();
    if (unknown !== undefined) {
        throw new UsageError(`there is a secret for ${option} ${unknown}, which isn't given`);
    }
    return named;
}
