// Two simulated accounts with shares, as a handler sees them and as anybody does through the Azure SDK.

import { type ShareClient, type ShareFileClient, ShareServiceClient } from "@azure/storage-file-share";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { FileCopyInputs, FileCopyState } from "../../src/provider/fileCopyTypes";
import { startStorage, type TestStorage } from "./storage";
import { upOnceWith } from "./up";

export interface TestFiles extends Omit<TestStorage, "inputs"> {
    /** A copy from the one account's share `docs` to the other's share `seed`, whose end the clock decides. */
    readonly inputs: FileCopyInputs;
    share(account: "golden" | "dev"): ShareClient;
    /** The destination, or another file of the share. */
    file(filePath?: string): ShareFileClient;
    text(filePath?: string): Promise<string>;
    /** Writes the source anew. */
    write(content: string, change?: { contentMd5?: string }): void;
    /** What stands in the destination's directory. */
    names(): Promise<string[]>;
    /** Check and create, or diff and update. */
    up(state: FileCopyState | undefined, change?: Partial<FileCopyInputs>): Promise<FileCopyState>;
}

export const sourceText = "what the share holds";

/** Accounts golden and dev: docs/app/settings.json in the first, an empty share seed in the second. */
export async function startFiles(options: Parameters<typeof startStorage>[0] = {}): Promise<TestFiles> {
    const storage = await startStorage({ copySeconds: 10, ...options });
    const { simulator } = storage;
    const [golden, dev] = [simulator.account("golden"), simulator.account("dev")];
    golden.createShare("docs");
    dev.createShare("seed");
    const share = (account: "golden" | "dev") =>
        ShareServiceClient.fromConnectionString(simulator.account(account).connectionString).getShareClient(
            account === "golden" ? "docs" : "seed",
        );
    const inDirectory = (filePath: string) => {
        const slash = filePath.lastIndexOf("/");
        return share("dev")
            .getDirectoryClient(filePath.slice(0, Math.max(slash, 0)))
            .getFileClient(filePath.slice(slash + 1));
    };
    const inputs: FileCopyInputs = {
        source: { connectionString: golden.connectionString, shareName: "docs", filePath: "app/settings.json" },
        destination: { connectionString: dev.connectionString, shareName: "seed", filePath: "app/settings.json" },
    };
    const write = (content: string, change = {}) =>
        golden.putFile("docs", "app/settings.json", content, {
            contentType: "application/json",
            metadata: { origin: "golden" },
            fileAttributes: "Hidden | Archive",
            ...change,
        });
    write(sourceText);
    return {
        ...storage,
        inputs,
        share,
        write,
        file: (filePath = "app/settings.json") => inDirectory(filePath),
        text: async (filePath = "app/settings.json") => (await inDirectory(filePath).downloadToBuffer()).toString(),
        async names() {
            const names: string[] = [];
            for await (const { name } of share("dev").getDirectoryClient("app").listFilesAndDirectories()) {
                names.push(name);
            }
            return names;
        },
        up: (state, change = {}) => upOnceWith(fileCopyHandler, storage, state, { ...inputs, ...change }),
    };
}
