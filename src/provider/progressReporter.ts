import { closeSync, openSync } from "node:fs";
import type { CopyProgress } from "../copy/wait";
import { doneText, progressText } from "./progressText";

/** Keeps the progress line of one copy moving. */
export interface ProgressReporter {
    report(progress: CopyProgress): void;
    /** The copy has ended well. Without a copy that was waited for, says nothing. */
    done(): void;
    stop(): void;
}

const terminalIntervalMilliseconds = 1_000;
/** Without a terminal every line stays, so that a build log gets few of them. */
const logIntervalMilliseconds = 30_000;

/** Whether a person watches: the engine does not say, so it is told from the environment of CI systems and the controlling terminal. */
export function isInteractive(environment: NodeJS.ProcessEnv = process.env): boolean {
    if (environment.CI && environment.CI !== "false") {
        return false;
    }
    if (environment.TF_BUILD || environment.TERM === "dumb") {
        return false;
    }
    if (process.platform === "win32") {
        return true;
    }
    try {
        closeSync(openSync("/dev/tty", "r"));
        return true;
    } catch {
        return false;
    }
}

/**
 * Shows a line when a copy starts to be waited for, and again every second (every 30 seconds without a terminal),
 * also between the looks at the service.
 */
export function createProgressReporter(show: (line: string) => void, interactive: boolean): ProgressReporter {
    let last: { progress: CopyProgress; at: number } | undefined;
    let shown = "";
    let timer: NodeJS.Timeout | undefined;
    const line = () => {
        if (!last) {
            return;
        }
        const text = progressText(last.progress, Date.now() - last.at);
        if (text !== shown) {
            shown = text;
            show(text);
        }
    };
    return {
        report(progress) {
            last = { progress, at: Date.now() };
            if (!timer) {
                line();
                timer = setInterval(line, interactive ? terminalIntervalMilliseconds : logIntervalMilliseconds);
                timer.unref();
            }
        },
        done() {
            if (last) {
                show(doneText(last.progress, Date.now() - last.at));
            }
        },
        stop() {
            clearInterval(timer);
        },
    };
}
