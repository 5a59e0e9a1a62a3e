// Runs handlers in the process of a dynamic provider. The path of this file, `pulumi-azure-copy/provider`, stands in every
// state that was ever written: its exports stay, whatever else changes.

import { isDeepStrictEqual } from "node:util";
import { redact } from "../../common/redact";
import { visible } from "../../common/visible";
import { type Clients, createClients } from "../storage/clients";
import { secretsOf } from "../storage/credential";
import { definedThroughout } from "../storage/defined";
import { knownSecrets } from "../storage/knownSecrets";
import { type BlobLocation, credentialParts } from "../storage/location";
import { redactSdkLog } from "../storage/sdkLog";
import { configMistakes } from "../storage/stackCredential";
import { configureStack, secretsOfStack, stackIsUnread, whyConfigIsUnread } from "../storage/stackSettings";
import { blobCopyHandler } from "./blobCopy";
import { Claims } from "./claims";
import { systemClock } from "./clock";
import { connectEngine, type Engine } from "./engine";
import { fileCopyHandler } from "./fileCopy";
import { type Context, type Handler, PartialFailure } from "./handler";
import { incrementalSnapshotCopyHandler } from "./incrementalSnapshotCopy";
import { createProgressReporter, isInteractive } from "./progressReporter";
import { whyNoConfig } from "./pulumiSdk";
import { withoutEchoes } from "./recordedEchoes";
import { secretInputsKey, secretPaths, secretTexts, withSecretOutputs } from "./secretInputs";
import { createSourceReader, type SourceReader } from "./sourceReader";

type Values = Record<string, unknown>;

// biome-ignore lint/suspicious/noExplicitAny: each handler has inputs and a state of its own
const handlers: Readonly<Record<string, Handler<any, any>>> = {
    BlobCopy: blobCopyHandler,
    FileCopy: fileCopyHandler,
    IncrementalSnapshotCopy: incrementalSnapshotCopyHandler,
};

/** What the engine adds to a dynamic resource's inputs, and what we add: neither is a handler's concern. */
const hostKeys = ["__provider", "__urn", secretInputsKey];

/** What all resources of a provider's process share. */
interface Shared {
    readonly clients: Clients;
    /** For previews: they must not wait long for a source that does not answer, one resource after the other. */
    readonly impatientClients: Clients;
    readonly sources: SourceReader;
    readonly claims: Claims;
    readonly engine: Engine;
    readonly interactive: boolean;
}

let shared: Shared | undefined;

function sharedByAll(): Shared {
    if (!shared) {
        const engine = connectEngine();
        const whyUnread = whyNoConfig();
        if (whyUnread !== undefined) {
            stackIsUnread(whyUnread);
        }
        redactSdkLog(knownSecrets);
        // An orphan must not act beside the providers of the next run; whatever is pending goes on at the service.
        engine.gone.addEventListener("abort", () => process.exit(1));
        const impatientClients = createClients({ maxTries: 3, retryDelayMilliseconds: 300 });
        shared = {
            clients: createClients(),
            impatientClients,
            sources: createSourceReader(impatientClients, systemClock),
            claims: new Claims(),
            engine,
            interactive: isInteractive(),
        };
    }
    return shared;
}

function handlerOf(type: string) {
    const handler = handlers[type];
    if (!handler) {
        throw new Error(`this version of pulumi-azure-copy has no resource ${type}; install the version that made it`);
    }
    return handler;
}

/** What authorizes, and what encrypts. */
function credentialsIn({ source, destination, customerProvidedKey, sourceCustomerProvidedKey }: Values): string[] {
    return [
        ...secretsOfStack(),
        ...secretsOf(source as BlobLocation | undefined),
        ...secretsOf(destination as BlobLocation | undefined),
        ...[customerProvidedKey, sourceCustomerProvidedKey].filter((key) => typeof key === "string"),
    ];
}

/** As many characters a message has at most. */
const longestMessage = 10_000;

/** A text as it may leave the process: no secrets, no characters that steer a terminal, and no end of pages. */
function shownAs(text: string): string {
    const whole = visible(redact(text, knownSecrets));
    return whole.length > longestMessage ? `${whole.slice(0, longestMessage)}…` : whole;
}

/** Runs one call of a handler, with progress and warnings on the resource's line, and secrets kept out of every word. */
async function run<Result>(values: readonly Values[], call: (context: Context) => Promise<Result>): Promise<Result> {
    for (const secret of values.flatMap((one) => [...credentialsIn(one), ...secretTexts(one)])) {
        knownSecrets.add(secret);
    }
    const { clients, engine, interactive } = sharedByAll();
    const urn = values.at(-1)!.__urn as string | undefined;
    const reporter = createProgressReporter((line) => engine.log("info", shownAs(line), urn, true), interactive);
    try {
        const result = await call({
            clients,
            clock: systemClock,
            signal: engine.gone,
            secretInputs: secretPaths(values.at(-1)!),
            progress: (progress) => reporter.report(progress),
            warn: (message) => engine.log("warning", shownAs(message), urn, false),
        });
        reporter.done();
        return result;
    } catch (error) {
        throw safe(error, values);
    } finally {
        reporter.stop();
    }
}

/** An error as the engine may show and store it: without secrets, and without a stack, which means nothing to its reader. */
function safe(error: unknown, values: readonly Values[]): Error {
    const message = shownAs(error instanceof Error ? error.message : String(error));
    const result = new Error(message);
    result.stack = "";
    if (error instanceof PartialFailure) {
        // The engine takes id, properties and reasons for "made, but not finished", and calls update next time.
        Object.assign(result, {
            id: error.id,
            properties: recorded(error.state, values),
            reasons: [message],
        });
    }
    return result;
}

/** @param values what the call was given; the last one is what the resource is asked to be */
function recorded(state: object, values: readonly Values[]): Values {
    const asked = values.at(-1)!;
    const outputs = withoutEchoes(definedThroughout(state), values.flatMap(credentialsIn));
    return { ...withSecretOutputs(outputs, asked), ...hostValues(asked) };
}

function hostValues(values: Values): Values {
    return Object.fromEntries(hostKeys.filter((key) => key in values).map((key) => [key, values[key]]));
}

const ends = ["source", "destination"];

/** A location as it is meant: the SAS of a URL that has none arrives as null, where the URL was an output. */
function given(location: unknown): unknown {
    return typeof location === "object" && location !== null
        ? Object.fromEntries(Object.entries(location).filter(([, part]) => part !== null))
        : location;
}

function own<Inputs>(values: Values): Inputs {
    const entries = Object.entries(values).filter(([key]) => !hostKeys.includes(key));
    return Object.fromEntries(
        entries.map(([key, value]) => [key, ends.includes(key) ? given(value) : value]),
    ) as Inputs;
}

/**
 * Tells the stack's config, before anything else that a process is asked for.
 *
 * Credentials of the config come this way, and not as inputs, so that they are in no resource's state, and a new secret is no change of any
 * resource. The engine keeps a stack's config in the state of its default provider (there secrets are encrypted): that is what refresh and
 * destroy get, as the last `pulumi up` has seen it, unless they run the program. There is no other way to the config: the environment of a
 * dynamic provider has none of it.
 *
 * It never throws: the engine's host calls it once, and goes on without a config where it has failed. {@link check} tells mistakes.
 */
export async function configure(_type: string, { config }: { readonly config: GivenConfig }): Promise<void> {
    configureStack({ get: (key) => config.get(key), keys: Object.keys(config.rawConfig ?? {}) });
}

/** The config as the engine's host gives it. */
interface GivenConfig {
    get(key: string): string | undefined;
    /** All of it; no part of the SDK's interface. Only the search for misspelled keys needs it. */
    readonly rawConfig?: object;
}

export async function check(type: string, olds: Values, news: Values) {
    const result = await run([news], (context) => {
        const { impatientClients: clients, sources } = sharedByAll();
        return handlerOf(type).check(own(olds), own(news), { ...context, clients, sources });
    });
    const taken = claimOf(type, news);
    // Beside a property's name the engine prints its value, secrets included; so the name goes into the reason.
    const found = [...result.failures, ...(taken === undefined ? [] : [{ property: "destination", reason: taken }])];
    const unread = takesStackCredential(result.inputs.destination) ? whyConfigIsUnread() : undefined;
    const mistakes = [
        ...(unread === undefined ? configMistakes() : [unread]),
        ...found.map(({ property, reason }) => `${property} ${reason}`),
    ];
    const failures = mistakes.map((mistake) => ({ property: "", reason: shownAs(mistake) }));
    return { inputs: { ...definedThroughout(result.inputs), ...hostValues(news) }, failures };
}

/** Whether a destination has no credential of its own. (A source without one may be public.) */
function takesStackCredential(destination: unknown): boolean {
    const isLocation = typeof destination === "object" && destination !== null;
    return isLocation && !credentialParts.some((part) => (destination as BlobLocation)[part]);
}

/** Why another resource of the program keeps this one from its destination. */
function claimOf(type: string, news: Values): string | undefined {
    const { __urn: urn } = news;
    const { destination } = own<Values>(news);
    const isLocation = typeof destination === "object" && destination !== null;
    return typeof urn === "string" && isLocation
        ? sharedByAll().claims.claim(type, urn, destination as BlobLocation)
        : undefined;
}

export async function diff(type: string, _id: string, olds: Values, news: Values) {
    try {
        const result = handlerOf(type).diff(own(olds), own(news));
        // What is secret now, or no longer, must be recorded so.
        const isMarkedOtherwise = !isDeepStrictEqual(secretPaths(olds), secretPaths(news));
        return { ...result, changes: result.changes || isMarkedOtherwise };
    } catch (error) {
        throw safe(error, [news]);
    }
}

export async function create(type: string, inputs: Values) {
    const { id, state } = await run([inputs], (context) => handlerOf(type).create(own(inputs), context));
    return { id, outs: recorded(state, [inputs]) };
}

export async function read(type: string, id: string, props: Values) {
    // An ID that is secret is so from the first request on.
    const state = await run([{ ...props, id }], (context) => handlerOf(type).read(id, own(props), context));
    // An empty ID says: gone.
    return state ? { id, props: recorded(state, [props]) } : { id: "", props: {} };
}

export async function update(type: string, _id: string, olds: Values, news: Values) {
    const state = await run([olds, news], (context) => handlerOf(type).update(own(olds), own(news), context));
    return { outs: recorded(state, [olds, news]) };
}

async function delete_(type: string, _id: string, props: Values) {
    await run([props], (context) => handlerOf(type).delete(own(props), context));
}

export { delete_ as delete };
