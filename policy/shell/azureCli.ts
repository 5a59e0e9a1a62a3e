import type { Copy, Credential, End } from "../copies/copy";
import { type Maybe, map, Unknown } from "../known";
import { type Invocation, literal, type ShellWord, splitWord } from "./invocations";
import { type Options, optionsOf, wordEnd } from "./options";

type CommandCopy = Omit<Copy, "resource" | "secrets">;

/** The Azure CLI's options that take no value. */
const flags = new Set(["recursive", "dryrun", "debug", "verbose", "only-show-errors", "put-md5", "follow-symlinks"]);

const connected = { "-o": "output" };

/** Each command that copies: how its options are abbreviated, and what it does. */
const commands: Record<
    string,
    { short: Record<string, string>; read: (options: Options, tool: string) => CommandCopy }
> = {
    "storage blob copy start": {
        short: {
            ...connected,
            "-u": "source-uri",
            "-b": "destination-blob",
            "-c": "destination-container",
            "-r": "rehydrate-priority",
        },
        read: (options, tool) => ({
            ...ends(options, tool, "blob"),
            ...settings(options),
            overwrites: map(options.value("destination-if-none-match") ?? "", (value) => value !== "*"),
        }),
    },
    "storage blob copy start-batch": {
        short: { ...connected, "-c": "destination-container", "-r": "rehydrate-priority" },
        read: (options, tool) => ({ ...ends(options, tool, "blob", true), ...settings(options), overwrites: true }),
    },
    "storage blob incremental-copy start": {
        short: { ...connected, "-u": "source-uri", "-b": "destination-blob", "-c": "destination-container" },
        read: (options, tool) => ({ ...ends(options, tool, "blob"), incremental: true, overwrites: false }),
    },
    "storage file copy start": {
        short: { ...connected, "-u": "source-uri", "-p": "destination-path", "-s": "destination-share" },
        read: (options, tool) => ({ ...ends(options, tool, "file"), overwrites: true }),
    },
    "storage file copy start-batch": {
        short: connected,
        read: (options, tool) => ({ ...ends(options, tool, "file", true), overwrites: true }),
    },
    "storage blob sync": {
        short: { ...connected, "-s": "source", "-c": "container", "-d": "destination" },
        read: (options, tool) => ({
            ...ends(options, tool, "blob", true),
            overwrites: true,
            deletes: map(options.value("delete-destination") ?? "true", (value) => value !== "false"),
        }),
    },
    "storage copy": {
        short: { ...connected, "-s": "source", "-d": "destination", "-r": "recursive" },
        read: (options, tool) => ({
            ...ends(options, tool, "blob", options.has("recursive")),
            blobType: options.value("blob-type"),
            // What follows -- goes to AzCopy as it is.
            overwrites: map(options.value("overwrite") ?? "true", (value) => /^(?:true|ifsourcenewer)$/i.test(value)),
        }),
    },
};

/** The copy that `az storage … copy` or `az storage blob sync` makes. */
export function azureCliCopy({ words, variables }: Invocation): CommandCopy | undefined {
    const texts = words.slice(1).map(literal);
    const command = Object.keys(commands)
        .sort((one, other) => other.length - one.length)
        .find((name) => name.split(" ").every((part, index) => texts[index] === part));
    if (!command) {
        return undefined;
    }
    const { short, read } = commands[command]!;
    const options = optionsOf(words.slice(1 + command.split(" ").length), flags, short);
    return options.has("dryrun") ? undefined : read(withEnvironment(options, variables), `az ${command}`);
}

/** The variables that stand for options that aren't given. */
const environment: Record<string, string> = {
    "account-name": "AZURE_STORAGE_ACCOUNT",
    "account-key": "AZURE_STORAGE_KEY",
    "sas-token": "AZURE_STORAGE_SAS_TOKEN",
    "connection-string": "AZURE_STORAGE_CONNECTION_STRING",
    "auth-mode": "AZURE_STORAGE_AUTH_MODE",
};

function withEnvironment(options: Options, variables: Invocation["variables"]): Options {
    return { ...options, value: (name) => options.value(name) ?? variables.get(environment[name] ?? "") };
}

function settings(options: Options): Partial<CommandCopy> {
    return {
        accessTier: options.value("tier"),
        blobType: options.value("destination-blob-type"),
        rehydratePriority: options.value("rehydrate-priority"),
    };
}

function ends(options: Options, tool: string, service: "blob" | "file", isTree = false) {
    const destinationUrl = options.word("destination");
    const sourceUrl = options.word("source-uri") ?? options.word("source");
    const own = credentialOf(options, { key: "account-key", connectionString: "connection-string", sas: "sas-token" });
    const ofSource = credentialOf(options, {
        key: "source-account-key",
        connectionString: "source-connection-string",
        sas: "source-sas",
    });
    const isUrl = (word: ShellWord | undefined) => word !== undefined && !/^[^:/]*$/.test(literal(word) ?? ":");
    const source = isUrl(sourceUrl)
        ? urlWord("source", tool, sourceUrl!)
        : // The CLI itself looks up a key for an account that is named.
          named("source", tool, service, {
              account: options.value("source-account-name") ?? options.value("account-name"),
              container: options.value("source-container") ?? options.value("source-share"),
              path: options.value("source-blob") ?? options.value("source-path") ?? options.value("source"),
          });
    const destination = isUrl(destinationUrl)
        ? urlWord("destination", tool, destinationUrl!)
        : named("destination", tool, service, {
              account: options.value("account-name"),
              container:
                  options.value("destination-container") ??
                  options.value("destination-share") ??
                  options.value("container"),
              path:
                  options.value("destination-blob") ??
                  options.value("destination-path") ??
                  options.value("destination"),
          });
    return {
        tool,
        source: {
            ...source,
            isTree,
            credential:
                source.credential ?? ofSource ?? (isUrl(sourceUrl) ? anonymousOf(source, destination) : undefined),
        },
        destination: { ...destination, isTree, credential: destination.credential ?? own },
    };
}

function urlWord(role: End["role"], tool: string, word: ShellWord): End {
    const { base, query } = splitWord(word);
    return wordEnd(role, `${tool} (${role})`, base, query);
}

function named(
    role: End["role"],
    tool: string,
    service: "blob" | "file",
    { account, container, path }: Record<"account" | "container" | "path", Maybe<string>>,
): End {
    return {
        ...wordEnd(role, `${tool} (${role})`, undefined, undefined),
        service,
        scheme: "https",
        host: map(account, (name) => `${name}.${service}.core.windows.net`),
        accountName: account,
        containerName: container,
        path: path ?? "",
    };
}

/** A URL that nothing authorizes is read as by anybody, unless it leads into the destination's own account. */
function anonymousOf(source: End, destination: End): Maybe<Credential> {
    return source.service === "local"
        ? undefined
        : map(source.host, (host) =>
              map(destination.host, (other) => (other === host ? undefined : { kind: "anonymous" })),
          );
}

/** Without any of these, the CLI uses `--auth-mode login`, or asks for an account key by itself. */
function credentialOf(
    options: Options,
    names: { key: string; connectionString: string; sas: string },
): Credential | undefined {
    if (options.value(names.key) !== undefined) {
        return { kind: "accountKey" };
    }
    if (options.value(names.connectionString) !== undefined) {
        return { kind: "connectionString" };
    }
    const sas = options.value(names.sas);
    if (sas !== undefined) {
        return { kind: "sas", sas: sas instanceof Unknown ? sas : map(sas, (text) => new URLSearchParams(text)) };
    }
    return options.value("auth-mode") === "login" ? { kind: "entraId" } : undefined;
}
