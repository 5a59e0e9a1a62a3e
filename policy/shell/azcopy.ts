import type { Copy, End } from "../copies/copy";
import { type Maybe, map, Unknown } from "../known";
import { type Options, optionsOf, withHidden, wordEnd } from "./options";
import type { Invocation } from "./starters";
import { literal, maySplit, type ShellWord, splitWord } from "./words";

/** AzCopy's options that take no value: what follows one is no value of it. */
const flags = new Set([
    "as-subdir",
    "backup",
    "check-length",
    "cpk-by-value",
    "decompress",
    "delete-destination-file",
    "disable-auto-decoding",
    "dry-run",
    "follow-symlinks",
    "force-if-read-only",
    "include-directory-stub",
    "include-root",
    "mirror-mode",
    "no-guess-mime-type",
    "preserve-info",
    "preserve-last-modified-time",
    "preserve-owner",
    "preserve-permissions",
    "preserve-posix-properties",
    "preserve-smb-info",
    "preserve-smb-permissions",
    "preserve-symlinks",
    "put-md5",
    "recursive",
    "s2s-detect-source-changed",
    "s2s-get-properties-in-backend",
    "s2s-preserve-access-tier",
    "s2s-preserve-blob-tags",
    "s2s-preserve-properties",
    "skip-version-check",
    "check-version",
    "cancel-from-stdin",
    "await-continue",
    "await-open",
]);

type CommandCopy = Omit<Copy, "resource" | "secrets">;

/** The copy that `azcopy copy` or `azcopy sync` makes. */
export function azcopyCopy({ words }: Invocation): CommandCopy | undefined {
    const all = optionsOf(words.slice(1), flags);
    const [command, ...given] = all.positional;
    const name = (command && literal(command)) ?? "";
    const [source, destination, hidden] = endsOf(given);
    if (!source || !destination || all.has("dry-run")) {
        return undefined;
    }
    const options = withHidden(all, hidden);
    if (["copy", "cp", "c"].includes(name)) {
        const recursive = options.has("recursive");
        return {
            ...copyOf("azcopy copy", options, source, destination, recursive),
            overwrites: overwritesOf(options),
            deletes: false,
        };
    }
    if (["sync", "sc", "s"].includes(name)) {
        return {
            ...copyOf("azcopy sync", options, source, destination, true),
            overwrites: true,
            deletes: map(options.value("delete-destination") ?? "false", (value) => value.toLowerCase() !== "false"),
        };
    }
    return undefined;
}

/** The two ends among what is no option, and a variable that may hold options: both ends too, where nothing else is given. */
function endsOf(positional: readonly ShellWord[]): (ShellWord | undefined)[] {
    const sure = positional.filter((word) => !maySplit(word));
    const hidden = positional.find(maySplit);
    if (sure.length > 1 || !hidden) {
        return [sure[0], sure[1], hidden];
    }
    return positional.length > 1 ? [...positional] : [hidden, hidden, hidden];
}

/** Whether AzCopy writes over what is there: it does unless told otherwise. */
export function overwritesOf(options: Options): Maybe<boolean> {
    return map(options.value("overwrite") ?? "true", (value) => /^(?:true|ifsourcenewer)$/i.test(value));
}

function copyOf(tool: string, options: Options, source: ShellWord, destination: ShellWord, recursive: boolean) {
    const intoFiles = map(options.value("from-to"), (value) => /file(?:smb|nfs)?$/i.test(value)) === true;
    const from = azcopyEnd("source", tool, source, recursive);
    const to = azcopyEnd("destination", tool, destination, recursive, intoFiles ? "file" : "blob");
    const takesName = tool === "azcopy copy" && options.value("as-subdir") !== "false";
    return {
        tool,
        source: from,
        destination: takesName ? intoFolder(from, source, to, destination) : to,
        accessTier: tierOf(options),
        blobType: options.value("blob-type"),
    };
}

/** What is copied into a container or folder keeps its name there; but what a folder holds, said by `*`, or a whole container. */
function intoFolder(from: End, source: ShellWord, to: End, destination: ShellWord): End {
    const isFolder = from.isTree || to.path === "" || endsInSlash(destination);
    if (
        !isFolder ||
        from.service === "web" ||
        typeof from.path !== "string" ||
        typeof to.path !== "string" ||
        endsInStar(source)
    ) {
        return to;
    }
    const [name] = from.path
        .split("/")
        .filter((part) => part !== "" && part !== ".")
        .reverse();
    return name === undefined ? to : { ...to, path: to.path === "" ? name : `${to.path}/${name}`, isTree: from.isTree };
}

function baseOf(word: ShellWord): string {
    const { base } = splitWord(word);
    return typeof base === "string" ? base : "";
}

const endsInSlash = (word: ShellWord) => baseOf(word).endsWith("/");
const endsInStar = (word: ShellWord) => baseOf(word).endsWith("*");

/** The tier that AzCopy gives the blobs it writes. */
export function tierOf(options: Options): Maybe<string> {
    const tier = options.value("block-blob-tier") ?? options.value("page-blob-tier");
    return map(tier, (value) => (value.toLowerCase() === "none" ? undefined : value));
}

/** Without a SAS, AzCopy uses the identity that it is logged in with. */
function azcopyEnd(
    role: End["role"],
    tool: string,
    word: ShellWord,
    recursive: boolean,
    service?: "blob" | "file",
): End {
    const { base, query } = splitWord(word);
    const end = wordEnd(role, `${tool} (${role})`, base, query, service);
    const path = map(end.path, (text) => text.replace(/\/?\*$/, ""));
    const isTree = recursive || path === "" || path !== end.path;
    const loggedIn = !(end.service instanceof Unknown) && end.service !== "web" && end.service !== "local";
    return { ...end, path, isTree, credential: end.credential ?? (loggedIn ? { kind: "entraId" } : undefined) };
}
