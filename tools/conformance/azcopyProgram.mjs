// AzCopy as it is published to npm.

import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

const PACKAGES = {
    linux: ["@azure-tools/azcopy-linux", "10.32.2"],
    darwin: ["@azure-tools/azcopy-darwin", "10.10.0"],
    win32: ["@azure-tools/azcopy-win64", "10.10.0"],
};

/** The program, and the environment in which it works with all that it writes in `home`. */
export async function installAzcopy(cache, home) {
    const program = await install(join(cache, "clients/azcopy"));
    const library = await keyringLibrary(join(cache, "clients/lib"));
    const env = {
        ...process.env,
        HOME: home,
        AZCOPY_LOG_LOCATION: home,
        AZCOPY_JOB_PLAN_LOCATION: home,
        AZCOPY_DISABLE_SYSLOG: "true",
        ...(library && { LD_LIBRARY_PATH: library }),
    };
    return { program, env };
}

/** The program, installed once. */
async function install(folder) {
    const [name, version] = PACKAGES[process.platform] ?? PACKAGES.linux;
    const binaries = join(folder, "node_modules", name, "dist/bin");
    if (!existsSync(binaries)) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "package.json"), "{}");
        await run("npm", ["install", `${name}@${version}`, "--no-audit", "--no-fund", "--loglevel=error"], {
            cwd: folder,
        });
    }
    const program = join(binaries, readdirSync(binaries)[0]);
    chmodSync(program, 0o755);
    return program;
}

/**
 * AzCopy keeps logins in the desktop's keyring and so doesn't start without libsecret. With SAS there are no logins: where the
 * library isn't installed, one with no secrets in it takes its place.
 */
async function keyringLibrary(folder) {
    if (process.platform !== "linux" || (await run("/sbin/ldconfig", ["-p"])).includes("libsecret-1.so.0")) {
        return undefined;
    }
    const library = join(folder, "libsecret-1.so.0");
    if (!existsSync(library)) {
        mkdirSync(folder, { recursive: true });
        const source = join(folder, "libsecret.c");
        writeFileSync(
            source,
            `char *secret_password_lookup_sync(const void *schema, void *cancel, void **error, ...) { return 0; }
void secret_password_free(char *password) {}
`,
        );
        await run("cc", ["-shared", "-fPIC", "-Wl,-soname,libsecret-1.so.0", "-o", library, source]);
    }
    return folder;
}
