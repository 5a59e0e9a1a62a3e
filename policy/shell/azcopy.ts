import type { Copy, End } from "../copies/copy";
import { type Maybe, map, Unknown } from "../known";
import { type Invocation, literal, type ShellWord, splitWord } from "./invocations";
import { type Options, optionsOf, wordEnd } from "./options";

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
]);

type CommandCopy = Omit<Copy, "resource" | "secrets">;

/** The copy that `azcopy copy` or `azcopy sync` makes. */
export function azcopyCopy({ words }: Invocation): CommandCopy | undefined {
    const command = words[1] && literal(words[1]);
    const options = optionsOf(words.slice(2), flags);
    if (["copy", "cp", "c"].includes(command ?? "")) {
        return copyOf("azcopy copy", options, {
            overwrites: map(options.value("overwrite") ?? "true", (value) => /^(?:true|ifsourcenewer)$/i.test(value)),
            deletes: false,
        });
    }
    if (["sync", "sc", "s"].includes(command ?? "")) {
        return copyOf("azcopy sync", options, {
            overwrites: true,
            deletes: map(options.value("delete-destination") ?? "false", (value) => value.toLowerCase() !== "false"),
        });
    }
    return undefined;
}

function copyOf(tool: string, options: Options, does: Pick<Copy, "overwrites" | "deletes">): CommandCopy | undefined {
    const [source, destination] = options.positional;
    if (!source || !destination || options.has("dry-run")) {
        return undefined;
    }
    const recursive = tool === "azcopy sync" || options.has("recursive");
    return {
        tool,
        source: azcopyEnd("source", tool, source, recursive),
        destination: azcopyEnd("destination", tool, destination, recursive),
        accessTier: tierOf(options),
        blobType: options.value("blob-type"),
        ...does,
    };
}

function tierOf(options: Options): Maybe<string> {
    const tier = options.value("block-blob-tier") ?? options.value("page-blob-tier");
    return map(tier, (value) => (value.toLowerCase() === "none" ? undefined : value));
}

/** Without a SAS, AzCopy uses the identity that it is logged in with. */
function azcopyEnd(role: End["role"], tool: string, word: ShellWord, recursive: boolean): End {
    const { base, query } = splitWord(word);
    const end = wordEnd(role, `${tool} (${role})`, base, query);
    const path = map(end.path, (text) => text.replace(/\/?\*$/, ""));
    const isTree = recursive || path === "" || path !== end.path;
    const loggedIn = !(end.service instanceof Unknown) && end.service !== "web" && end.service !== "local";
    return { ...end, path, isTree, credential: end.credential ?? (loggedIn ? { kind: "entraId" } : undefined) };
}
