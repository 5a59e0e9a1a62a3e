import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Files for what is too large for memory, in a folder of their own that goes when the simulator is closed. */
export class TemporaryFiles {
    private folder: string | undefined;
    private count = 0;

    /** The path of a new file. */
    next(): string {
        if (this.folder === undefined) {
            mkdirSync(tmpdir(), { recursive: true });
            this.folder = mkdtempSync(join(tmpdir(), "azure-copy-simulator-"));
        }
        this.count++;
        return join(this.folder, String(this.count));
    }

    /** Deletes all of them. */
    remove(): void {
        if (this.folder !== undefined) {
            rmSync(this.folder, { recursive: true, force: true });
            this.folder = undefined;
        }
    }
}
