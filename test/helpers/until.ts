import { setImmediate } from "node:timers/promises";

/** Waits for an event, however long it takes: what ends a wait in vain is the test's own timeout. Goes by no timer, so timers may stand still. */
export async function until(hasComeAbout: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await hasComeAbout())) {
        await setImmediate();
    }
}
