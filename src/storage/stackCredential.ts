// What reaches each end that has no credential of its own, in a whole stack. The order, here and nowhere else: the stack's config
// (`azure-copy:…`), the ARM_* variables, and what DefaultAzureCredential finds (the AZURE_* variables first).

import type { EntraIdCredential } from "./location";
import type { OidcCredential } from "./oidc";
import {
    authorityOf,
    configKey,
    configured,
    firstSet,
    isTrue,
    misspelledKeys,
    mustReadConfig,
    type SettingName,
    type StackValue,
    setting,
    settingNames,
    whereToSet,
    wrongValue,
} from "./stackSettings";

/** A stack's credential, with the place that has chosen it: `azure-copy:clientSecret`, `ARM_USE_OIDC`; nothing where nothing has. */
export interface StackCredential {
    readonly credential: EntraIdCredential | OidcCredential;
    readonly where?: string;
}

/** Settings that choose how to sign in, in the order in which @pulumi/azure-native tries them. */
const methods = [
    "useDefaultAzureCredential",
    "clientCertificatePath",
    "clientSecret",
    "useOidc",
    "useMsi",
] as const satisfies readonly SettingName[];

/** Settings that tell where a token of another issuer is, in the order in which @pulumi/azure-native tries them. */
const tokenPlaces = ["oidcToken", "oidcTokenFilePath", "oidcRequestUrl"] as const satisfies readonly SettingName[];

/** Settings that say nothing without another. */
const companions: Readonly<Partial<Record<SettingName, SettingName>>> = {
    clientCertificatePassword: "clientCertificatePath",
    oidcToken: "useOidc",
    oidcTokenFilePath: "useOidc",
    oidcRequestUrl: "useOidc",
    oidcRequestToken: "useOidc",
    oidcAudience: "useOidc",
};

/**
 * What reaches an end without a credential of its own.
 * @throws an error that tells every setting that is wrong or missing, or that the config can't be read
 */
export function stackCredential(): StackCredential {
    mustReadConfig();
    const mistakes: string[] = [];
    const found = choose((value, mistake) => mistakes.push(`${value.where} ${mistake}`));
    mistakes.unshift(...found.used.flatMap((value) => wrongValue(value) ?? []));
    if (mistakes.length > 0) {
        throw new Error(mistakes.join("; "));
    }
    return found;
}

/**
 * All mistakes in the stack's config, which are to be told before anything is done. Those of the environment concern others too; they are
 * told by {@link stackCredential}, where something depends on them.
 */
export function configMistakes(): string[] {
    const values = settingNames.flatMap((name) => configured(name) ?? []);
    const mistakes = [...misspelledKeys(), ...values.flatMap((value) => wrongValue(value) ?? []), ...contradictions()];
    choose((value, mistake) => {
        if (value.inConfig) {
            mistakes.push(`${value.where} ${mistake}`);
        }
    });
    return mistakes;
}

function contradictions(): string[] {
    const chosen = methods.filter((name) => firstSet([name]) === name && configured(name) !== undefined);
    const useless = Object.entries(companions).filter(
        ([name, companion]) => configured(name as SettingName) && firstSet([companion]) === undefined,
    ) as [SettingName, SettingName][];
    return [
        ...chosen.slice(1).map((name) => `${configKey(name)} contradicts ${configKey(chosen[0]!)}; keep one of them`),
        ...useless.map(([name, companion]) => `${configKey(name)} is of no use without ${configKey(companion)}`),
    ];
}

type Tell = (value: StackValue, mistake: string) => void;

/** @param tell what is missing beside a setting */
function choose(tell: Tell): StackCredential & { readonly used: readonly StackValue[] } {
    const used: StackValue[] = [];
    const take = (name: SettingName) => {
        const value = setting(name);
        used.push(...(value ? [value] : []));
        return value?.text;
    };
    const method = firstSet(methods);
    if (method === undefined || method === "useDefaultAzureCredential") {
        const where = method && setting(method)!.where;
        return { credential: defaultCredential(), where, used };
    }
    const chosen = setting(method)!;
    const need = (name: SettingName) => {
        const text = take(name);
        if (text === undefined) {
            tell(chosen, `needs ${name}; set ${whereToSet(name)}`);
        }
        return text ?? "";
    };
    return { credential: signInBy(method, chosen, take, need, tell), where: chosen.where, used };
}

/** The ARM_* variables are no concern of `DefaultAzureCredential`: where they choose nothing, they are another tool's. */
function defaultCredential(): EntraIdCredential {
    return { type: "default", tenantId: configured("tenantId")?.text, clientId: configured("clientId")?.text };
}

function signInBy(
    method: Exclude<(typeof methods)[number], "useDefaultAzureCredential">,
    chosen: StackValue,
    take: (name: SettingName) => string | undefined,
    need: (name: SettingName) => string,
    tell: Tell,
): EntraIdCredential | OidcCredential {
    if (method === "useMsi") {
        return { type: "managedIdentity", clientId: take("clientId") };
    }
    const principal = { tenantId: need("tenantId"), clientId: need("clientId") };
    if (method === "clientSecret") {
        return { type: "servicePrincipal", ...principal, clientSecret: need("clientSecret") };
    }
    if (method === "clientCertificatePath") {
        const certificatePassword = take("clientCertificatePassword");
        const certificate = { certificatePath: need(method), certificatePassword };
        return { type: "servicePrincipal", ...principal, ...certificate };
    }
    switch (firstSet(tokenPlaces)) {
        case "oidcToken":
            return { type: "oidc", ...principal, token: need("oidcToken") };
        case "oidcTokenFilePath":
            return { type: "workloadIdentity", ...principal, tokenFilePath: need("oidcTokenFilePath") };
        case "oidcRequestUrl": {
            const audience = take("oidcAudience");
            const request = { url: need("oidcRequestUrl"), token: need("oidcRequestToken"), audience };
            return { type: "oidc", ...principal, request };
        }
        default:
            tell(chosen, `needs a token; set ${tokenPlaces.map(whereToSet).join(", or ")}`);
            return { type: "oidc", ...principal };
    }
}

/**
 * Where tokens are asked for, by every credential of the stack, also those that ends have of their own: the authority of the stack's cloud,
 * and whether `login.microsoftonline.com` is asked if it knows that authority. Without one, `AZURE_AUTHORITY_HOST`, which the Azure SDK reads.
 */
export function authority(): { readonly authorityHost?: string; readonly disableInstanceDiscovery: boolean } {
    mustReadConfig();
    const name = firstSet(["activeDirectoryAuthorityHost", "environment"]);
    const value = name && setting(name);
    const disableInstanceDiscovery = setting("disableInstanceDiscovery");
    const wrong = [value, disableInstanceDiscovery].flatMap((each) => (each && wrongValue(each)) ?? []);
    if (wrong.length > 0) {
        throw new Error(wrong.join("; "));
    }
    const authorityHost = name === "environment" ? authorityOf(value!.text) : value?.text;
    return {
        authorityHost,
        disableInstanceDiscovery: isTrue(disableInstanceDiscovery),
    };
}
