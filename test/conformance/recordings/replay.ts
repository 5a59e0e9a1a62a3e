import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AccountHandle, generated, ManualClock, type Simulator, startSimulator } from "../../../simulator";
import type { Endpoint, RawAnswer } from "../../simulator/support/raw";
import { blockList, tagsBody } from "../azurite/requests";
import { exchange } from "../support/request";
import { sasQuery } from "../support/sas";
import { elementNames, type Given, NOT_RECORDED, type Scenario, type ScenarioStep } from "./scenario";

/** Something in which the simulator's answer isn't the recorded one. */
export interface Deviation {
    readonly recording: string;
    readonly step: number;
    /** `status`, `code`, `header …` (one too many or missing), `value …`, `elements`. */
    readonly aspect: string;
    readonly recorded: string | undefined;
    readonly simulated: string | undefined;
}

/** Asks a fresh simulator for what was recorded, and gives what it answers otherwise. */
export async function replay(scenario: Scenario): Promise<{ deviations: Deviation[]; operations: string[] }> {
    const clock = new ManualClock();
    const far = { ...scenario.account, allowBlobPublicAccess: true, name: "faraway" };
    const near = { ...scenario.account, allowBlobPublicAccess: true, name: "nearby" };
    const simulator = await startSimulator({ accounts: [near, far], clock, copySeconds: 3600 });
    const forbidden = await startForbidding();
    try {
        if (scenario.copies) {
            simulator.copies.add(scenario.copies);
        }
        const player = new Player(simulator, clock, forbidden, scenario.service ?? "blob");
        await player.arrange(scenario.given ?? []);
        return { deviations: await player.play(scenario), operations: operationsOf(simulator) };
    } finally {
        forbidden.close();
        await simulator.close();
    }
}

function operationsOf(simulator: Simulator): string[] {
    return [...new Set(simulator.requests.all().map((each) => each.operation))];
}

/** A server that answers 403 to everything. */
async function startForbidding(): Promise<Server> {
    const server = createServer((_, response) => {
        response.writeHead(403, "Forbidden").end();
    });
    await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
    });
    return server;
}

class Player {
    /** What the symbols of the scenario stand for, as in `etag 1`. */
    private readonly symbols = new Map<string, string>();
    private readonly started: number;

    constructor(
        private readonly simulator: Simulator,
        private readonly clock: ManualClock,
        private readonly forbidden: Server,
        private readonly service: "blob" | "file",
    ) {
        this.started = clock.now();
    }

    async arrange(given: readonly Given[]): Promise<void> {
        for (const name of ["nearby", "faraway"]) {
            this.simulator.account(name).createContainer("images");
            this.simulator.account(name).createShare("images");
        }
        for (const { account, blob, length, type, contentType, md5, tier } of given) {
            const content = generated({ length, seed: 1 });
            const contentMd5 =
                md5 &&
                createHash("md5")
                    .update(await content.read(0, length))
                    .digest("base64");
            const [container, name] = blob.split("/") as [string, string];
            const options = { blobType: type, contentType, contentMd5, accessTier: tier };
            if (this.service === "file") {
                this.account(account).putFile(container, name, content, options);
            } else {
                this.account(account).putBlob(container, name, content, options);
            }
            if (contentMd5) {
                this.symbols.set(`md5 of ${blob}`, contentMd5);
            }
        }
        for (const { blob, account } of given) {
            const answer = await exchange(this.endpoint(account), { operation: "", method: "HEAD", path: `/${blob}` });
            this.symbols.set(`etag of ${blob}`, String(answer.headers.etag).replaceAll('"', ""));
        }
        this.simulator.requests.clear();
    }

    async play(scenario: Scenario): Promise<Deviation[]> {
        const deviations: Deviation[] = [];
        for (const [index, step] of scenario.steps.entries()) {
            if (step.skip !== undefined) {
                continue;
            }
            this.clock.advance(Math.max(0, this.started + (step.at ?? 0) * 1000 - this.clock.now()));
            const answer = await this.ask(scenario, step);
            for (const [aspect, recorded, simulated] of this.compare(step, answer, scenario.subset ?? false)) {
                if (recorded !== simulated) {
                    deviations.push({ recording: scenario.recording, step: index, aspect, recorded, simulated });
                }
            }
        }
        return deviations;
    }

    private account(which: "near" | "far" | undefined): AccountHandle {
        return this.simulator.account(which === "far" ? "faraway" : "nearby");
    }

    /** Where the service of the scenario listens. */
    private endpoint(which: "near" | "far" | undefined): Endpoint {
        const { name, key, blobEndpoint, fileEndpoint } = this.account(which);
        return { name, key, blobEndpoint: this.service === "file" ? fileEndpoint : blobEndpoint };
    }

    private async ask(scenario: Scenario, step: ScenarioStep): Promise<RawAnswer> {
        const [, method, path, query] = /^(\w+) ([^?]*)\??(.*)$/.exec(step.do) as unknown as [
            string,
            string,
            string,
            string,
        ];
        const headers = Object.entries(step.headers ?? {}).map(([name, value]) => [name, this.filled(value)]);
        return exchange(this.endpoint(step.account), {
            operation: "",
            method,
            path: `/${path}`,
            query: Object.fromEntries(new URLSearchParams(this.filled(query))),
            headers: { "x-ms-version": scenario.version, ...Object.fromEntries(headers) },
            body: await bodyOf(step),
        });
    }

    private filled(text: string): string {
        const located = text
            .replace("{near}", this.endpoint("near").blobEndpoint)
            .replace("{far}", this.endpoint("far").blobEndpoint)
            .replace("{forbidden}", `http://127.0.0.1:${(this.forbidden.address() as AddressInfo).port}/images/blob`)
            .replace(/\{seconds (-?\d+)\}/, (_, seconds) =>
                new Date(this.clock.now() + Number(seconds) * 1000).toUTCString(),
            )
            .replace(/\{sas\}/, () => `?${this.sas(text)}`);
        return located.replace(/\{([a-z]\w* [^}]+)\}/g, (_, name: string) => {
            const value = this.symbols.get(name);
            if (value === undefined) {
                throw new Error(`nothing was answered yet that {${name}} could stand for`);
            }
            return value;
        });
    }

    private sas(text: string): string {
        const [, account, path] = /\{(near|far)\}([^{?]*)/.exec(text) as unknown as [string, "near" | "far", string];
        const ofBlob = { kind: "blob", permissions: "rt", expiry: 24 * 3600 } as const;
        const reading = this.service === "file" ? ({ ...ofBlob, kind: "file", permissions: "r" } as const) : ofBlob;
        return sasQuery(this.account(account), reading, path);
    }

    private *compare(
        step: ScenarioStep,
        answer: RawAnswer,
        subset: boolean,
    ): Generator<[aspect: string, recorded: string | undefined, simulated: string | undefined]> {
        if (step.status !== undefined) {
            yield ["status", String(step.status), String(answer.status)];
        }
        yield ["code", step.code, answer.headers["x-ms-error-code"] as string | undefined];
        if (step.status !== undefined && step.status !== answer.status) {
            return;
        }
        const recorded = [...step.has, ...Object.keys(step.values ?? {})];
        const simulated = Object.keys(answer.headers).filter((name) => !NOT_RECORDED.includes(name));
        for (const name of new Set([...recorded, ...(subset ? [] : simulated)])) {
            yield [`header ${name}`, there(recorded.includes(name)), there(simulated.includes(name))];
        }
        for (const [name, value] of Object.entries(step.values ?? {})) {
            if (simulated.includes(name)) {
                yield this.compareValue(name, value, String(answer.headers[name]));
            }
        }
        if (step.elements) {
            yield ["elements", step.elements.join(" "), elementNames(answer.body).join(" ")];
        }
    }

    private compareValue(name: string, recorded: string, simulated: string): [string, string, string] {
        if (!recorded.startsWith("$")) {
            return [`value ${name}`, recorded, simulated];
        }
        const value = simulated.replaceAll('"', "");
        const symbol = recorded.slice(1);
        const kind = symbol.slice(0, symbol.indexOf(" "));
        const other = [...this.symbols].find(
            ([key, each]) => each === value && key.startsWith(`${kind} `) && !key.startsWith(`${kind} of `),
        );
        if (!this.symbols.has(symbol) && !other) {
            this.symbols.set(symbol, value);
        }
        return [`value ${name}`, recorded, this.symbols.get(symbol) === value ? recorded : `$${other?.[0] ?? "new"}`];
    }
}

function there(is: boolean): string | undefined {
    return is ? "there" : undefined;
}

async function bodyOf(step: ScenarioStep): Promise<string | Buffer | undefined> {
    if (step.tags) {
        return tagsBody(step.tags);
    }
    if (step.blocks) {
        return blockList(step.blocks.map((id) => `Latest:${id}`));
    }
    return step.bytes === undefined ? undefined : generated({ length: step.bytes, seed: 1 }).read(0, step.bytes);
}
