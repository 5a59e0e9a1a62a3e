// What the policies of one pack know together while the engine asks them, one after the other, about one resource and then about the stack.

import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { StackResource } from "./accounts/account";
import type { Copy, ResourceInfo } from "./copies/copy";
import { readerOf } from "./copies/readers";
import { type Properties, plainProperties } from "./known";
import { Stack } from "./stack";

/** Resources that a {@link Stack} is read from, besides those that copy. */
const aroundCopies = /^azure(?:(?:-native)?:storage[:/]|-native_storage_v)/;

/** What is read once for all policies: each hands in its place among them, by which a new question is told from the next policy's turn. */
class Shared<Value> {
    private last: { readonly key: string; place: number; readonly value: Value } | undefined;

    get(key: string, place: number, read: () => Value): Value {
        if (this.last?.key !== key || this.last.place >= place) {
            this.last = { key, place, value: read() };
        }
        this.last.place = place;
        return this.last.value;
    }
}

/** Rules that unknown values left undecided: by the resource's URN and the property that is unknown. */
export class Undecided {
    private readonly rules = new Map<string, Map<string, Set<string>>>();

    add({ resource }: Copy, property: string, rule: string): void {
        const properties = this.rules.get(resource.urn) ?? new Map<string, Set<string>>();
        properties.set(property, (properties.get(property) ?? new Set()).add(rule));
        this.rules.set(resource.urn, properties);
    }

    /** The rules that a resource's properties left undecided. */
    of(urn: string): ReadonlyMap<string, ReadonlySet<string>> {
        return this.rules.get(urn) ?? new Map();
    }
}

/** One question of the engine: copies, and what could not be decided of them. */
export interface Question {
    readonly copies: readonly Copy[];
    readonly undecided: Undecided;
}

export interface StackQuestion extends Question {
    readonly stack: Stack;
}

/** A pack's memory, for as long as the engine runs it. */
export class Run {
    private readonly resources = new Shared<Promise<Question>>();
    private readonly stacks = new Shared<Promise<StackQuestion>>();
    /** Inputs as they were last validated: the engine shows the whole stack by its outputs, which lack some. */
    private readonly inputs = new Map<string, Properties>();

    /** What each resource's own checks could not decide, by URN. */
    readonly undecided = new Map<string, Question>();

    /** A resource's copies; nothing where it makes none. */
    async resource(args: ResourceValidationArgs, place: number): Promise<Question | undefined> {
        if (!readerOf(args.type) && !aroundCopies.test(args.type)) {
            return undefined;
        }
        return this.resources.get(args.urn, place, async () => {
            const properties = plainProperties(args.props);
            this.inputs.set(args.urn, properties);
            const question = { copies: await readCopies(args, properties), undecided: new Undecided() };
            this.undecided.set(args.urn, question);
            return question;
        });
    }

    /** The stack. */
    stack(args: StackValidationArgs, place: number): Promise<StackQuestion> {
        return this.stacks.get("", place, async () => {
            const relevant = args.resources.filter(({ type }) => readerOf(type) || aroundCopies.test(type));
            const resources = relevant.map((resource) => this.stackResource(resource));
            const copies: Copy[] = [];
            for (const [index, resource] of resources.entries()) {
                copies.push(...(await readCopies(relevant[index]!, resource.properties)));
            }
            return { copies, stack: new Stack(copies, resources), undecided: new Undecided() };
        });
    }

    private stackResource(resource: PolicyResource): StackResource {
        const urns = (resources: readonly PolicyResource[]) => resources.map(({ urn }) => urn);
        return {
            ...infoOf(resource),
            properties: { ...plainProperties(resource.props), ...this.inputs.get(resource.urn) },
            providerProperties: resource.provider ? plainProperties(resource.provider.props) : {},
            dependencies: urns(resource.dependencies),
            propertyDependencies: Object.fromEntries(
                Object.entries(resource.propertyDependencies).map(([input, resources]) => [input, urns(resources)]),
            ),
        };
    }
}

function infoOf({ type, name, urn }: ResourceInfo): ResourceInfo {
    return { type, name, urn };
}

/** The copies that a resource makes. */
export async function readCopies(
    resource: ResourceInfo & Pick<PolicyResource, "opts">,
    properties: Properties,
): Promise<readonly Copy[]> {
    const createSeconds = resource.opts.customTimeouts.createSeconds;
    return (await readerOf(resource.type)?.read({ ...infoOf(resource), properties, createSeconds })) ?? [];
}
