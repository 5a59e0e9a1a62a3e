import { createHmac } from "node:crypto";
import type { Endpoint } from "../../simulator/support/raw";

/** A shared access signature to sign a request with. Times are in seconds from now. */
export interface Sas {
    readonly kind: "account" | "container" | "blob" | "snapshot" | "share" | "file";
    readonly permissions: string;
    /** Services of an account SAS. @default "b" */
    readonly services?: string;
    /** Resource types of an account SAS. @default "sco" */
    readonly resourceTypes?: string;
    readonly start?: number;
    /** @default 3600; null leaves it out */
    readonly expiry?: number | null;
    readonly protocol?: string;
    readonly ip?: string;
    /** @default "2022-11-02" */
    readonly version?: string;
    /** A stored access policy of the container. */
    readonly identifier?: string;
    readonly snapshot?: string;
    /** Response headers that it sets. */
    readonly overrides?: Readonly<Record<string, string>>;
    /** The path it is for, where that isn't the request's own. */
    readonly path?: string;
    /** Parameters put in after signing. */
    readonly tampered?: Readonly<Record<string, string>>;
    /** Signs with another key than the account's. */
    readonly wrongKey?: boolean;
}

/** The query of a SAS on what a path names. */
export function sasQuery(account: Endpoint, sas: Sas, path: string): string {
    const version = sas.version ?? "2022-11-02";
    const common = {
        sv: version,
        st: sas.start === undefined ? "" : isoTime(sas.start),
        se: sas.expiry === null ? "" : isoTime(sas.expiry ?? 3600),
        sp: sas.permissions,
        sip: sas.ip ?? "",
        spr: sas.protocol ?? "",
    };
    const [text, own] =
        sas.kind === "account" ? accountText(account, sas, common) : serviceText(account, sas, common, path);
    const key = sas.wrongKey ? Buffer.alloc(64, 7) : Buffer.from(account.key, "base64");
    const sig = createHmac("sha256", key).update(text, "utf8").digest("base64");
    const parameters = { ...common, ...own, sig, ...sas.tampered };
    return Object.entries(parameters)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&");
}

type Common = Readonly<Record<"sv" | "st" | "se" | "sp" | "sip" | "spr", string>>;

function accountText(account: Endpoint, sas: Sas, { sv, st, se, sp, sip, spr }: Common): [string, object] {
    const own = { ss: sas.services ?? "b", srt: sas.resourceTypes ?? "sco" };
    const scope = sv >= "2020-12-06" ? [""] : [];
    return [[account.name, sp, own.ss, own.srt, st, se, sip, spr, sv, ...scope, ""].join("\n"), own];
}

function serviceText(account: Endpoint, sas: Sas, common: Common, path: string): [string, object] {
    const { sv, st, se, sp, sip, spr } = common;
    const [, outer, ...inner] = decodeURIComponent(sas.path ?? path).split("/");
    const isFiles = sas.kind === "share" || sas.kind === "file";
    const isWhole = sas.kind === "share" || sas.kind === "container";
    const resource = `/${isFiles ? "file" : "blob"}/${account.name}/${outer}${isWhole ? "" : `/${inner.join("/")}`}`;
    const sr = { account: "", container: "c", blob: "b", snapshot: "bs", share: "s", file: "f" }[sas.kind];
    const names = ["rscc", "rscd", "rsce", "rscl", "rsct"];
    const overrides = names.map((name) => sas.overrides?.[name] ?? "");
    const scope = !isFiles && sv >= "2020-12-06" ? [""] : [];
    const kind = !isFiles && sv >= "2018-11-09" ? [sr, sas.snapshot ?? ""] : [];
    const si = sas.identifier ?? "";
    const text = [sp, st, se, resource, si, sip, spr, sv, ...kind, ...scope, ...overrides];
    return [text.join("\n"), { sr, si, ...sas.overrides }];
}

function isoTime(seconds: number): string {
    return new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
