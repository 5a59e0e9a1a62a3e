// What authorizes a whole stack, as people set it: Pulumi config (`azure-copy:…`), or the ARM_* variables. Both are named as those of
// @pulumi/azure-native, whose users have them already.

import { clientRule, type TextRule, tenantRule } from "./identityRules";
import { shown } from "./shown";

/** What follows `blob.` in a cloud's hosts; nothing under which anybody may register `blob` for himself, as under `com` and `co.uk`. */
const suffix =
    "(?!(?:blob|file|dfs|queue|table|web)\\.)(?!(?:ac|co|com|edu|go|gob|gov|gv|mil|ne|net|nom|or|org)\\.[a-z]{2}\\s*(?:,|$))(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*[a-z0-9]";

interface Setting {
    /** The environment variables that say the same, the first that is set. */
    readonly variables: readonly string[];
    readonly secret?: true;
    readonly rule?: TextRule;
}

/** Values of a setting that is on or off. */
const flag: TextRule = { allowed: /^(?:true|false|1|0)$/i, words: "must be true or false" };

const clouds = {
    public: "https://login.microsoftonline.com",
    usgovernment: "https://login.microsoftonline.us",
    china: "https://login.chinacloudapi.cn",
} as const;

/** Clouds by all the names that @pulumi/azure-native and the Azure CLI have for them, in lower case. */
const cloudNames: Readonly<Record<string, keyof typeof clouds>> = {
    public: "public",
    azurecloud: "public",
    usgovernment: "usgovernment",
    usgov: "usgovernment",
    azureusgovernment: "usgovernment",
    azureusgovernmentcloud: "usgovernment",
    china: "china",
    azurechinacloud: "china",
};

const settings = {
    tenantId: { variables: ["ARM_TENANT_ID"], rule: tenantRule },
    clientId: { variables: ["ARM_CLIENT_ID"], rule: clientRule },
    clientSecret: { variables: ["ARM_CLIENT_SECRET"], secret: true },
    clientCertificatePath: {
        variables: ["ARM_CLIENT_CERTIFICATE_PATH"],
        rule: {
            allowed: /(?<!\.pfx|\.p12)$/i,
            words: "must be a PEM file with certificate and key; openssl pkcs12 -nodes makes one of a PFX file",
        },
    },
    clientCertificatePassword: { variables: ["ARM_CLIENT_CERTIFICATE_PASSWORD"], secret: true },
    useOidc: { variables: ["ARM_USE_OIDC"], rule: flag },
    oidcToken: { variables: ["ARM_OIDC_TOKEN"], secret: true },
    oidcTokenFilePath: { variables: ["ARM_OIDC_TOKEN_FILE_PATH"] },
    oidcRequestUrl: {
        variables: ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL"],
        rule: { allowed: /^https?:\/\/\S+$/i, words: "must be a URL" },
    },
    oidcRequestToken: { variables: ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"], secret: true },
    oidcAudience: { variables: ["ARM_OIDC_AUDIENCE"] },
    useMsi: { variables: ["ARM_USE_MSI"], rule: flag },
    useDefaultAzureCredential: { variables: ["ARM_USE_DEFAULT_AZURE_CREDENTIAL"], rule: flag },
    environment: {
        variables: ["ARM_ENVIRONMENT", "AZURE_ENVIRONMENT"],
        rule: {
            allowed: new RegExp(`^(?:${Object.keys(cloudNames).join("|")})$`, "i"),
            words: `must be one of ${Object.keys(clouds).join(", ")}`,
        },
    },
    activeDirectoryAuthorityHost: {
        variables: ["ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST"],
        rule: { allowed: /^https:\/\/\S+$/i, words: "must be an https URL" },
    },
    disableInstanceDiscovery: { variables: ["ARM_DISABLE_INSTANCE_DISCOVERY"], rule: flag },
    storageSuffixes: {
        variables: [],
        rule: {
            allowed: new RegExp(`^\\s*${suffix}\\s*(?:,\\s*${suffix}\\s*)*$`, "i"),
            words: "must be what follows blob. and file. in the hosts of a cloud's accounts, in whole and without wildcards, such as local.azurestack.external; several are separated by commas",
        },
    },
} as const satisfies Readonly<Record<string, Setting>>;

/** What can be set for a whole stack: `azure-copy:<name>`. */
export type SettingName = keyof typeof settings;

/** All there are. */
export const settingNames = Object.keys(settings) as SettingName[];

/** What is set, and where: `azure-copy:tenantId` or `ARM_TENANT_ID`. */
export interface StackValue {
    readonly text: string;
    readonly where: string;
    readonly inConfig: boolean;
    readonly setting: Setting;
}

/** The stack's config, as far as it is known. */
export interface StackConfig {
    get(key: string): string | undefined;
    /** All keys of the stack's config; none where they can't be known. */
    readonly keys: readonly string[];
    /** Why it can't be read, and what to do; nothing where it can. */
    readonly whyUnread?: string;
}

const none: StackConfig = { get: () => undefined, keys: [] };

// One for the process, as its environment is: a stack has one config, and a process of a dynamic provider one stack.
let stackConfig = none;

/** Tells the config of the process's stack. */
export function configureStack(config: StackConfig = none): void {
    stackConfig = config;
}

/** Says that the stack's config can't be read. */
export function stackIsUnread(whyUnread: string): void {
    configureStack({ ...none, whyUnread });
}

/** Why the stack's config can't be read, and what to do; nothing where it can. */
export function whyConfigIsUnread(): string | undefined {
    return stackConfig.whyUnread;
}

/**
 * Asked wherever the config would decide: nobody may be taken for another than the config says.
 * @throws an error that says why the config can't be read
 */
export function mustReadConfig(): void {
    const why = whyConfigIsUnread();
    if (why !== undefined) {
        throw new Error(why);
    }
}

/** The key by which a setting is set in the stack's config. */
export function configKey(name: SettingName): string {
    return `azure-copy:${name}`;
}

/** The keys of all settings that are secret. */
export const secretKeys = settingNames.filter((name) => (settings[name] as Setting).secret).map(configKey);

/** The places where something can be set, in words. */
export function whereToSet(name: SettingName): string {
    return [configKey(name), ...settings[name].variables.slice(0, 1)].join(" or ");
}

/** What the stack's config says; an empty text is as none. */
export function configured(name: SettingName): StackValue | undefined {
    const text = stackConfig.get(configKey(name));
    return text ? { text, where: configKey(name), inConfig: true, setting: settings[name] } : undefined;
}

/** What the stack's config says, else what the environment does. */
export function setting(name: SettingName): StackValue | undefined {
    return configured(name) ?? fromEnvironment(name);
}

function fromEnvironment(name: SettingName): StackValue | undefined {
    const variable = settings[name].variables.find((one) => process.env[one]);
    return variable === undefined
        ? undefined
        : { text: process.env[variable]!, where: variable, inConfig: false, setting: settings[name] };
}

/**
 * The first of some settings that is set and not off. What the config says goes before what the environment says: a method that it chooses
 * must not give way to one that is left over there.
 */
export function firstSet<Name extends SettingName>(names: readonly Name[]): Name | undefined {
    const isOn = (value: StackValue | undefined) =>
        value !== undefined && !(value.setting.rule === flag && !isTrue(value));
    return names.find((name) => isOn(configured(name))) ?? names.find((name) => isOn(setting(name)));
}

/** Whether what is on or off is on. */
export function isTrue(value: StackValue | undefined): boolean {
    return value !== undefined && /^(?:true|1)$/i.test(value.text);
}

/** The authority of a cloud, by one of the cloud's names. */
export function authorityOf(environment: string): string | undefined {
    const cloud = cloudNames[environment.toLowerCase()];
    return cloud && clouds[cloud];
}

/** What is wrong with a value, and what to do; nothing where it is as it must be. Never shows a secret. */
export function wrongValue({ text, where, inConfig, setting: { rule, secret } }: StackValue): string | undefined {
    if (!rule || rule.allowed.test(text)) {
        return undefined;
    }
    const got = secret ? "" : ` (got ${shown(text)})`;
    return `${where} ${rule.words}${got}${inConfig ? `; pulumi config set ${where} changes it` : ""}`;
}

/** Keys of the config that are settings but for upper and lower case, which would say nothing: `azure-copy:tenantID`. */
export function misspelledKeys(): string[] {
    return stackConfig.keys.flatMap((key) => {
        const meant = settingNames.map(configKey).find((known) => known.toLowerCase() === key.toLowerCase());
        return meant === undefined || meant === key ? [] : [`${key} is not read; it is spelled ${meant}`];
    });
}

/** Variables with secrets that the Azure and AWS SDKs read by themselves. */
const secretVariables = [
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/** The secret values that are set, for redaction. */
export function secretsOfStack(): string[] {
    const settings = settingNames.flatMap((name) => [configured(name), fromEnvironment(name)]);
    const values = [
        ...settings.flatMap((value) => (value?.setting.secret ? [value.text] : [])),
        ...secretVariables.flatMap((name) => process.env[name] ?? []),
    ];
    return [...new Set(values)];
}
