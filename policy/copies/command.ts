import { listOf, type Maybe, objectOf, type Properties, textOf, Unknown } from "../known";
import { azcopyCopy } from "../shell/azcopy";
import { azureCliCopy } from "../shell/azureCli";
import { invocationsOf, UnreadableScript } from "../shell/invocations";
import { wordEnd } from "../shell/options";
import { azRestCopy, curlCopy } from "../shell/rest";
import type { Invocation } from "../shell/starters";
import { literal, programOf } from "../shell/words";
import type { Copy, CopyReader, ResourceReading } from "./copy";

/** `Command` of `@pulumi/command`, on this machine or a remote one, whose scripts run AzCopy, the Azure CLI, or curl with `x-ms-copy-source`. */
export const commandReader: CopyReader = {
    label: "Command",
    matches: (type) => type === "command:local:Command" || type === "command:remote:Command",
    tells: [
        "source",
        "destination",
        "container",
        "credential",
        "accessTier",
        "blobType",
        "rehydration",
        "overwrites",
        "rewrites",
        "deletes",
        "incremental",
        "timeout",
    ],
    async read(resource) {
        const { properties } = resource;
        const copies = new Map<string, Copy>();
        for (const input of ["create", "update"] as const) {
            const script = textOf(properties, input);
            if (script === undefined || (input === "update" && script === properties.create)) {
                continue;
            }
            for (const copy of await copiesOf(resource, script, input)) {
                copies.set(`${input} ${copies.size}`, copy);
            }
        }
        return [...copies.values()];
    },
};

async function copiesOf(resource: ResourceReading, script: Maybe<string>, property: string): Promise<Copy[]> {
    const secrets = secretsOf(resource.properties);
    const timeout = resource.createSeconds > 0 ? { timeoutSeconds: resource.createSeconds } : {};
    const stdin = textOf(resource.properties, "stdin");
    const input = typeof stdin === "string" ? stdin : undefined;
    if (typeof script === "string" && !mayCopy(`${script}\n${input ?? ""}`)) {
        return [];
    }
    const interpreter = listOf(resource.properties, "interpreter");
    if (interpreter instanceof Unknown) {
        return [{ ...unreadable(interpreter), ...timeout, resource, secrets }];
    }
    if (typeof script !== "string" || !isShell(resource.properties)) {
        return [{ ...unreadable(new Unknown(property)), ...timeout, resource, secrets }];
    }
    try {
        const invocations = await invocationsOf(script, environmentOf(resource.properties), input);
        return invocations.flatMap((invocation) => {
            const copy = copyOf(invocation);
            const seconds = invocation.timeoutSeconds;
            return copy
                ? [
                      {
                          ...copy,
                          ...timeout,
                          ...(seconds !== undefined && { timeoutSeconds: seconds }),
                          resource,
                          secrets,
                      },
                  ]
                : [];
        });
    } catch (error) {
        if (error instanceof UnreadableScript) {
            return [{ ...unreadable(new Unknown(property)), ...timeout, resource, secrets }];
        }
        throw error;
    }
}

/** Most commands have nothing to do with storage: those are not parsed. */
function mayCopy(script: string): boolean {
    return (
        /\bazcopy\b|\baz\b[\s\S]*\bstorage\b/.test(script) ||
        /x-ms-copy-source/i.test(script) ||
        /\$\{?\w+\}?"?\s+(?:copy|sync|storage)\b/.test(script)
    );
}

function isShell(properties: Properties): boolean {
    const [program] = (listOf(properties, "interpreter") as string[] | undefined) ?? ["/bin/sh"];
    return typeof program === "string" && /(?:^|\/)(?:ba|da|z|k)?sh$/.test(program);
}

function environmentOf(properties: Properties): Map<string, Maybe<string>> {
    const environment = objectOf(properties, "environment");
    const names = environment instanceof Unknown ? [] : Object.keys(environment ?? {});
    return new Map(names.map((name) => [name, textOf(environment, name)]));
}

function copyOf(invocation: Invocation) {
    const program = programOf(invocation.words[0]!) ?? programTaking(literal(invocation.words[1] ?? []));
    switch (program) {
        case "azcopy":
            return azcopyCopy(invocation);
        case "az":
            return azureCliCopy(invocation) ?? azRestCopy(invocation);
        case "curl":
            return curlCopy(invocation);
        default:
            return undefined;
    }
}

/** What a variable starts is told by what it is given. */
function programTaking(subcommand: string | undefined): string | undefined {
    return subcommand === "storage" ? "az" : /^(?:copy|sync)$/.test(subcommand ?? "") ? "azcopy" : undefined;
}

/** A copy of which nothing is known, so that every rule says that it is undecided. */
function unreadable(unknown: Unknown): Omit<Copy, "resource" | "secrets"> {
    const end = (role: "source" | "destination") => ({
        ...wordEnd(role, unknown.property, unknown, undefined),
        credential: unknown,
    });
    return {
        tool: "Command",
        source: end("source"),
        destination: end("destination"),
        accessTier: unknown,
        blobType: unknown,
        overwrites: unknown,
        deletes: unknown,
    };
}

/** What looks like a secret, in the environment by its name, in a script by its form. */
function secretsOf(properties: Properties): string[] {
    const environment = objectOf(properties, "environment");
    const variables = environment instanceof Unknown ? [] : Object.entries(environment ?? {});
    const values = variables
        .filter(([name, value]) => typeof value === "string" && /key|token|sas|secret|password|connection/i.test(name))
        .map(([, value]) => value as string);
    const scripts = ["create", "update", "stdin"]
        .map((input) => properties[input])
        .filter((text) => typeof text === "string");
    const signatures = scripts.flatMap((text) => [...text.matchAll(/sig=([^&\s"']+)/g)].map((match) => match[1]!));
    return [...values, ...signatures];
}
