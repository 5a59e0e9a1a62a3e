import {
    credentialOfConnectionString,
    credentialOfQuery,
    placeOfUrl,
    readConnectionString,
    splitQuery,
} from "../address";
import type { Copy, Credential, End } from "../copies/copy";
import { type Maybe, map, Unknown } from "../known";
import { overwritesOf, tierOf } from "./azcopy";
import { type Options, optionsOf, withHidden, wordEnd } from "./options";
import type { Invocation } from "./starters";
import { literal, maySplit, type ShellWord, splitWord, textOfWord } from "./words";

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
        // What it calls its destination is a path in the container.
        read: (options, tool) => ({
            ...ends(withoutDestination(options), tool, "blob", true),
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
            accessTier: tierOf(options),
            overwrites: overwritesOf(options),
        }),
    },
};

/** The copy that `az storage … copy` or `az storage blob sync` makes. */
export function azureCliCopy({ words, variables }: Invocation): CommandCopy | undefined {
    const texts = optionsOf(words.slice(1), flags, connected).positional.map(literal);
    const command = Object.keys(commands)
        .sort((one, other) => other.length - one.length)
        .find((name) => name.split(" ").every((part, index) => texts[index] === part));
    if (!command) {
        return undefined;
    }
    const { short, read } = commands[command]!;
    const options = optionsOf(words.slice(1), flags, short);
    const all = withHidden(withEnvironment(options, variables), options.positional.find(maySplit));
    return options.has("dryrun") ? undefined : read(all, `az ${command}`);
}

/** The variables that stand for options that aren't given. */
const environment: Record<string, string> = {
    "account-name": "AZURE_STORAGE_ACCOUNT",
    "account-key": "AZURE_STORAGE_KEY",
    "sas-token": "AZURE_STORAGE_SAS_TOKEN",
    "connection-string": "AZURE_STORAGE_CONNECTION_STRING",
    "auth-mode": "AZURE_STORAGE_AUTH_MODE",
};

/** With `--destination` as the path that it is in `az storage blob sync`. */
function withoutDestination(options: Options): Options {
    const rename = (name: string) => (name === "destination-path" ? "destination" : name === "destination" ? "" : name);
    return {
        ...options,
        word: (name) => options.word(rename(name)),
        value: (name) => options.value(rename(name)),
    };
}

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

/** Each end by a URL, by a path on this machine, or by names. */
function ends(options: Options, tool: string, service: "blob" | "file", isTree = false) {
    const own = credentialOf(options, {
        key: "account-key",
        connectionString: names.destination.connectionString,
        sas: "sas-token",
    });
    const ofSource = credentialOf(options, {
        key: "source-account-key",
        connectionString: names.source.connectionString,
        sas: "source-sas",
    });
    const [sourceUrl, destinationUrl] = [given(options, urls.source), given(options, urls.destination)];
    const source = sourceUrl ? urlWord("source", tool, sourceUrl) : named("source", tool, service, options);
    const destination = destinationUrl
        ? urlWord("destination", tool, destinationUrl)
        : named("destination", tool, service, options);
    return {
        tool,
        source: {
            ...source,
            isTree,
            credential: source.credential ?? ofSource ?? (sourceUrl ? anonymousOf(source, destination) : undefined),
            snapshot: options.value("source-snapshot") ?? source.snapshot,
        },
        destination: { ...destination, isTree, credential: destination.credential ?? own },
    };
}

const urls = {
    source: ["source-uri", "source", "source-local-path"],
    destination: ["destination", "destination-local-path"],
};

/** By which options names are given, of files and of blobs. */
const names = {
    source: {
        account: ["source-account-name"],
        connectionString: ["source-connection-string", "src-conn"],
        endpoint: [],
        share: ["source-share"],
        container: ["source-container"],
        path: ["source-blob", "source-path", "source-file-path"],
    },
    destination: {
        account: ["account-name", "destination-account-name"],
        connectionString: ["connection-string"],
        endpoint: ["blob-endpoint", "file-endpoint", "service-endpoint"],
        share: ["destination-share"],
        container: ["destination-container", "container"],
        path: ["destination-blob", "destination-path", "destination-file-path"],
    },
};

function given(options: Options, among: readonly string[]): ShellWord | undefined {
    return among.map((name) => options.word(name)).find((word) => word !== undefined);
}

function first(options: Options, among: readonly string[]): Maybe<string> {
    return among.map((name) => options.value(name)).find((value) => value !== undefined);
}

function urlWord(role: End["role"], tool: string, word: ShellWord): End {
    const { base, query } = splitWord(word);
    return wordEnd(role, `${tool} (${role})`, base, query);
}

function named(role: End["role"], tool: string, usual: "blob" | "file", options: Options): End {
    const { share, container, path } = names[role];
    const service = given(options, share) ? "file" : given(options, container) ? "blob" : usual;
    const { accountName, endpoint } = accountOf(role, service, options);
    const place = placeOfUrl(
        map(endpoint, (text) => `${splitQuery(text).base.replace(/\/+$/, "")}/-/-`),
        service,
    );
    return {
        ...wordEnd(role, `${tool} (${role})`, undefined, undefined),
        service,
        scheme: endpoint instanceof Unknown ? "https" : place.scheme,
        host: place.host,
        accountName: accountName ?? place.accountName,
        containerName: first(options, [...share, ...container]),
        path: first(options, path) ?? "",
    };
}

/** A source that names no account is in the destination's, and that one in the one that the machine is set to. */
function accountOf(role: End["role"], service: "blob" | "file", options: Options) {
    const { account, connectionString, endpoint } = names[role];
    const accountName = first(options, account);
    const endpoints = [
        map(first(options, connectionString), (text) => readConnectionString(text, service).endpoint),
        first(options, endpoint),
        map(accountName, (name) => `https://${name}.${service}.core.windows.net`),
    ].filter((one) => one !== undefined);
    const known = endpoints.find((one) => typeof one === "string") ?? endpoints[0];
    if (known === undefined && role === "source") {
        return accountOf("destination", service, options);
    }
    return { accountName, endpoint: known ?? new Unknown(`$${environment["account-name"]}`) };
}

/** A URL that nothing authorizes is read as by anybody, unless it leads into the destination's own account. */
function anonymousOf(source: End, destination: End): Maybe<Credential> {
    return source.service === "local"
        ? undefined
        : map(source.host, (host) =>
              map(destination.host, (other) => (other === host ? undefined : { kind: "anonymous" })),
          );
}

/**
 * What the options give goes before what the environment does. Without any of these, the CLI uses `--auth-mode login`, or asks for an account key
 * by itself.
 */
function credentialOf(
    options: Options,
    names: { key: string; connectionString: readonly string[]; sas: string },
): Maybe<Credential> {
    const credential =
        secretOf((name) => (options.has(name) ? options.value(name) : undefined), names) ??
        (options.hidden ? undefined : secretOf(options.value, names));
    if (credential) {
        return credential;
    }
    return options.hidden
        ? (textOfWord(options.hidden) as Unknown)
        : options.value("auth-mode") === "login"
          ? { kind: "entraId" }
          : undefined;
}

/** The secret among some values: the one that is used, and the SAS that is given. */
function secretOf(
    value: Options["value"],
    names: { key: string; connectionString: readonly string[]; sas: string },
): Credential | undefined {
    const token = value(names.sas);
    const connectionString = names.connectionString.map(value).find((one) => one !== undefined);
    const connected = connectionString === undefined ? undefined : credentialOfConnectionString(connectionString);
    const sas = token === undefined ? connected?.sas : credentialOfQuery(token)?.sas;
    const given = sas !== undefined && { sas };
    if (value(names.key) !== undefined) {
        return { kind: "accountKey", ...given };
    }
    if (connected) {
        return { ...connected, ...given };
    }
    return token === undefined ? undefined : { kind: "sas", ...given };
}
