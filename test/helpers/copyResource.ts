// What every copy resource promises, whatever it writes: one suite for all of them.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CopyInputs, CopyState } from "../../src/provider/copyTypes";
import { type Context, type Handler, PartialFailure } from "../../src/provider/handler";
import { upOnceWith } from "./up";

/** A resource between two accounts, and what anybody can see and do at either end. */
export interface Subject<Inputs extends CopyInputs, State extends CopyState> {
    readonly handler: Handler<Inputs, State>;
    readonly inputs: Inputs;
    readonly context: Context;
    /** Puts new content at the source. */
    write(content: string): void;
    /** What the destination holds. */
    text(): Promise<string>;
    exists(): Promise<boolean>;
    metadata(): Promise<Record<string, string> | undefined>;
    /** Writes other bytes over the destination's, as somebody else. */
    meddle(): Promise<void>;
    /** Deletes the destination, as somebody else. */
    remove(): Promise<void>;
    /** Lets time pass. */
    wait(milliseconds: number): void;
    /** The operations that the service was asked for since the last call. */
    operations(): string[];
    close(): Promise<void>;
}

const source = "the content of the source";

/**
 * Defines the tests of a resource.
 * @param waits whether its copies go on at the service for 10 seconds
 */
export function testCopyResource<Inputs extends CopyInputs, State extends CopyState>(
    name: string,
    start: () => Promise<Subject<Inputs, State>>,
    waits: boolean,
): void {
    describe(`${name} keeps what every copy resource promises: it`, () => {
        let subject: Subject<Inputs, State>;

        beforeEach(async () => {
            subject = await start();
            subject.write(source);
            subject.wait(5_000);
        });

        afterEach(() => subject.close());

        const up = (state?: State, change: Partial<CopyInputs> = {}) =>
            upOnceWith(subject.handler, subject, state, { ...subject.inputs, ...change } as Inputs);
        const writes = () => subject.operations().filter((operation) => !/^(Get|List)/.test(operation));
        const failureOf = (promise: Promise<unknown>) =>
            promise.then(
                () => expect.fail("did not fail"),
                (error: Error) => error,
            );
        async function newer(): Promise<void> {
            subject.wait(5_000);
            subject.write("something newer");
            subject.wait(5_000);
        }

        it("copies, and then writes nothing as long as all stays as it is", async () => {
            const state = await up();
            expect(await subject.text()).toBe(source);
            expect(state.copyStatus).toBe("success");
            expect(state.etag).toBe(state.lastWriteEtag);
            expect(await up(state)).toBe(state);
            expect(writes()).toEqual([]);
        });

        it("writes nothing in check and diff", async () => {
            const state = await up();
            subject.operations();
            await newer();
            const { inputs } = await subject.handler.check(
                state as unknown as Partial<Inputs>,
                subject.inputs,
                subject.context,
            );
            expect(subject.handler.diff(state, inputs)).toEqual({ changes: true, replaces: [] });
            expect(writes()).toEqual([]);
        });

        it.each<[CopyInputs["onSourceChange"], string]>([
            [undefined, "something newer"],
            ["copyAgain", "something newer"],
            ["ignore", source],
        ])("with onSourceChange %j holds %j after a change of the source", async (onSourceChange, expected) => {
            const state = await up(undefined, { onSourceChange } as Partial<CopyInputs>);
            await newer();
            await up(state, { onSourceChange } as Partial<CopyInputs>);
            expect(await subject.text()).toBe(expected);
        });

        it("fails the preview of a changed source where that is wanted", async () => {
            const state = await up();
            await newer();
            const wanted = { ...subject.inputs, onSourceChange: "fail" } as Inputs;
            const { failures } = await subject.handler.check(
                state as unknown as Partial<Inputs>,
                wanted,
                subject.context,
            );
            expect(failures.map(({ reason }) => reason).join()).toMatch(/has changed since it was copied/);
        });

        it("sets metadata in place", async () => {
            const state = await up();
            const next = await up(state, { metadata: { stage: "dev" } });
            expect(writes()).not.toEqual(expect.arrayContaining([expect.stringMatching(/Copy|From URL/)]));
            expect(await subject.metadata()).toEqual({ stage: "dev" });
            expect(next.lastWriteEtag).toBe(next.etag);
            expect(next.etag).not.toBe(state.etag);
        });

        it("fails over what somebody else has put there, unless overwrite says so", async () => {
            const state = await up();
            subject.wait(5_000);
            await subject.meddle();
            const meddled = await subject.text();
            await newer();
            expect((await failureOf(up())).message).toMatch(/that this resource did not make is at the destination/);
            expect((await failureOf(up(state))).message).toMatch(/was changed by somebody else since/);
            expect(await subject.text()).toBe(meddled);
            await up(undefined, { overwrite: "always" });
            expect(await subject.text()).toBe("something newer");
        });

        it("fails over its own old copy where overwrite is never", async () => {
            const state = await up();
            await newer();
            expect((await failureOf(up(state, { overwrite: "never" }))).message).toMatch(/overwrite is "never"/);
            expect(await subject.text()).toBe(source);
        });

        it.each<[CopyInputs["onDestinationDrift"], boolean]>([
            ["copyAgain", true],
            ["ignore", false],
        ])("with onDestinationDrift %j copies over what has drifted: %j", async (onDestinationDrift, again) => {
            const state = await up();
            subject.wait(5_000);
            await subject.meddle();
            const drifted = (await subject.handler.read(state.url, state, subject.context))!;
            expect(drifted.drifted).toBe(true);
            await up(drifted, { onDestinationDrift } as Partial<CopyInputs>);
            expect((await subject.text()) === source).toBe(again);
        });

        it("leaves the state once it is gone, and is copied again", async () => {
            const state = await up();
            await subject.remove();
            expect(await subject.handler.read(state.url, state, subject.context)).toBeUndefined();
            await up();
            expect(await subject.text()).toBe(source);
        });

        it("deletes what it made, and nothing that somebody has changed", async () => {
            const state = await up();
            subject.wait(5_000);
            await subject.meddle();
            await subject.handler.delete(state, subject.context);
            expect(await subject.exists()).toBe(true);
            const again = await up(undefined, { overwrite: "always" });
            await subject.handler.delete(again, subject.context);
            expect(await subject.exists()).toBe(false);
            await subject.handler.delete(again, subject.context);
        });

        if (!waits) {
            return;
        }

        it("joins its copy after a timeout, and copies once", async () => {
            const failure = (await failureOf(up(undefined, { timeout: "2s" }))) as PartialFailure;
            expect(failure).toBeInstanceOf(PartialFailure);
            expect(failure.message).toMatch(/still pending at its timeout/);
            await up(failure.state as State);
            expect(subject.operations()).not.toEqual(expect.arrayContaining(["Copy Blob", "Copy File"]));
            expect(await subject.text()).toBe(source);
        });

        it("aborts at its timeout where that is wanted, and leaves nothing", async () => {
            const failure = await failureOf(up(undefined, { timeout: "2s", onTimeout: "abort" }));
            expect(failure.message).toMatch(/was aborted since onTimeout is "abort"/);
            expect(await subject.exists()).toBe(false);
        });

        it("deletes what is pending", async () => {
            const failure = (await failureOf(up(undefined, { timeout: "2s" }))) as PartialFailure;
            await subject.handler.delete(failure.state as State, subject.context);
            subject.wait(20_000);
            expect(await subject.exists()).toBe(false);
            await up();
            expect(await subject.text()).toBe(source);
        });
    });
}
