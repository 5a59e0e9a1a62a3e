import type { RawAnswer } from "../../simulator/support/raw";
import type { Request } from "../support/request";

/** What a step may refer to: what this very service answered before. */
export interface Seen {
    /** The answers to the steps so far. */
    readonly answers: readonly RawAnswer[];
    /** The service's URL with the account. */
    readonly endpoint: string;
    /** A header of the answer to a step; the first step is 0. */
    header(step: number, name: string): string;
}

/** A request, one made from earlier answers, or a pause of so many seconds. */
export type Step = Request | ((seen: Seen) => Request) | number;

/** Requests that go to both services, one after the other. */
export interface Case {
    /** Says what is tried; no two are alike. */
    readonly name: string;
    /** The operation that it is about. */
    readonly operation: string;
    readonly steps: readonly Step[];
}

/** Gives every case a place of its own: a blob of a container that all share, or a container. */
export class Cases {
    readonly all: Case[] = [];

    /** A case on a blob that no other case touches. */
    blob(operation: string, name: string, steps: (path: string) => readonly Step[]): void {
        this.add(operation, name, steps(`${SHARED}/case-${this.all.length}`));
    }

    /** A case with a container that no other case touches; it isn't created yet. */
    container(operation: string, name: string, steps: (path: string) => readonly Step[]): void {
        this.add(operation, name, steps(`/case-${this.all.length}`));
    }

    private add(operation: string, name: string, steps: readonly Step[]): void {
        const full = `${operation}: ${name}`;
        if (this.all.some((each) => each.name === full)) {
            throw new Error(`two cases are called "${full}"`);
        }
        this.all.push({ name: full, operation, steps });
    }
}

/** The container that the blobs of most cases are in; it is there before the first case. */
export const SHARED = "/shared";
