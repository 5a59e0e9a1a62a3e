// The combinations that are tried. ../compatibility.mjs tells how they are chosen.

/** The oldest TypeScript that compiles all types of the package: those of the policy library have `const` type parameters. */
const OLDEST_TYPESCRIPT = "5.0.4";
const OLDER_TYPESCRIPT = "4.9.5";
const TYPESCRIPT_5 = "5.9.3";

/** The last @pulumi/pulumi that gives dynamic providers no config. */
const OLDER_SDK = "3.138.0";

/**
 * @typedef {object} Cell
 * @property {string} installer
 * @property {22 | 24} node
 * @property {string} sdk the version of @pulumi/pulumi
 * @property {"CommonJS TypeScript" | "ESM TypeScript" | "ESM JavaScript"} kind
 * @property {string} [typescript]
 * @property {boolean} [vendored] whether the project has no TypeScript of its own, and gets the one that is in the SDK
 * @property {boolean} [forced] whether npm is told to install what package.json does not ask for
 * @property {RegExp} [refused] where it does not work: what people are told
 * @property {string} [why] the same in few words
 */

/**
 * @param {{ oldest: string, newest: string, typescript: string }} versions of the SDK, and the newest TypeScript
 * @returns {Cell[]}
 */
export function cellsOf({ oldest, newest, typescript }) {
    const cell = (installer, node, sdk, kind, typescript, more) => ({
        installer,
        node,
        sdk,
        kind,
        typescript,
        ...more,
    });
    return [
        cell("npm", 22, oldest, "CommonJS TypeScript", OLDEST_TYPESCRIPT),
        cell("npm", 24, oldest, "CommonJS TypeScript", TYPESCRIPT_5),
        cell("npm", 24, newest, "CommonJS TypeScript", typescript),
        cell("npm", 24, oldest, "ESM TypeScript", OLDEST_TYPESCRIPT),
        cell("npm", 22, newest, "ESM TypeScript", TYPESCRIPT_5),
        cell("npm", 24, oldest, "ESM JavaScript"),
        cell("npm", 22, newest, "ESM JavaScript"),
        cell("pnpm", 22, oldest, "ESM TypeScript", TYPESCRIPT_5),
        cell("pnpm", 24, newest, "CommonJS TypeScript", TYPESCRIPT_5),
        cell("Yarn 1", 22, newest, "CommonJS TypeScript", typescript),
        cell("Yarn 1", 24, oldest, "ESM JavaScript"),
        cell("Yarn 4, node-modules", 22, oldest, "ESM JavaScript"),
        cell("Yarn 4, node-modules", 24, newest, "CommonJS TypeScript", TYPESCRIPT_5),
        cell("Yarn 4, PnP", 24, oldest, "CommonJS TypeScript", TYPESCRIPT_5),
        cell("Yarn 4, PnP", 24, newest, "ESM JavaScript"),
        cell("Yarn 4, PnP without its loader", 22, newest, "CommonJS TypeScript", typescript),
        cell("Bun", 22, oldest, "ESM TypeScript", TYPESCRIPT_5),
        cell("Bun", 24, newest, "CommonJS TypeScript", typescript),
        cell("Yarn 4, PnP", 22, newest, "CommonJS TypeScript", typescript, {
            refused: /Cannot read properties of undefined \(reading '\.js'\)/,
            why: "on Node.js 22 the SDK can't be loaded by PnP's loader",
        }),
        cell("npm", 24, OLDER_SDK, "ESM JavaScript", undefined, {
            forced: true,
            refused: /gives dynamic providers no config/,
            why: "gives dynamic providers no config, and says so",
        }),
        cell("npm", 24, newest, "CommonJS TypeScript", OLDER_TYPESCRIPT, {
            refused: /error TS1139/,
            why: "TS1139 in the types of `pulumi-azure-copy/policy`",
        }),
        cell("npm", 24, newest, "CommonJS TypeScript", undefined, {
            vendored: true,
            refused: /error TS6046: Argument for '--module'/,
            why: "the SDK's own TypeScript, 3.8.3, knows no `nodenext`",
        }),
    ];
}

/** A cell in words. @param {Cell} cell */
export function nameOf({ installer, node, sdk, kind, typescript, vendored }) {
    const compiler = vendored ? " without a TypeScript of its own" : typescript ? ` ${typescript}` : "";
    return `${installer} · Node.js ${node} · @pulumi/pulumi ${sdk} · ${kind}${compiler}`;
}
