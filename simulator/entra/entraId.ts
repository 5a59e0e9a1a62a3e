import { randomUUID } from "node:crypto";
import type { Account } from "../state/account";
import { FormReader } from "./form";
import {
    checkGuid,
    DEFAULT_TENANT_ID,
    type ManagedIdentity,
    type ManagedIdentityOptions,
    type Principal,
    RegisteredServicePrincipal,
    randomSecret,
    type ServicePrincipal,
    type ServicePrincipalOptions,
} from "./principals";
import { TokenIssuer } from "./tokens";

/** How Microsoft Entra ID is simulated. */
export interface EntraIdOptions {
    /** How long every token lasts, in seconds, by the machine's clock. @default 3599, and 86399 for managed identities */
    readonly tokenSeconds?: number;
    /** Names by which clients may reach it, beside those of this machine and the host that it listens at: `simulator` in a network of containers. @default none */
    readonly hosts?: readonly string[];
}

/** A token of another issuer that an application presents in place of a secret. */
export interface FederatedTokenOptions {
    readonly issuer: string;
    readonly subject: string;
    /** @default "api://AzureADTokenExchange" */
    readonly audience?: string;
    /** How long it lasts, in seconds. @default 3600 */
    readonly seconds?: number;
}

/**
 * The simulated Microsoft Entra ID: tenants, applications and managed identities, and the tokens they get. It listens where the
 * accounts do.
 */
export class EntraId {
    /** Issues and signs tokens. */
    readonly tokens: TokenIssuer;
    /** What IDENTITY_HEADER must be for {@link identityEndpoint}. */
    readonly identityHeader = randomUUID();
    /** Names that it answers to, beside this machine's own. */
    readonly hosts: readonly string[];
    /** Reads what tokens are asked for with. */
    readonly forms = new FormReader();
    private readonly applications: RegisteredServicePrincipal[] = [];
    private readonly identities: ManagedIdentity[] = [];
    private url = "";

    constructor(
        private readonly accounts: ReadonlyMap<string, Account>,
        options: EntraIdOptions = {},
    ) {
        this.tokens = new TokenIssuer(options.tokenSeconds);
        this.hosts = options.hosts ?? [];
    }

    /** Where it listens, once it does. */
    listensAt(url: string): void {
        this.url = url;
    }

    /** The authority's URL: AZURE_AUTHORITY_HOST. @azure/identity takes it only if it is https. */
    get authorityHost(): string {
        return this.url;
    }

    /** The managed-identity endpoint in the form of App Service: IDENTITY_ENDPOINT. */
    get identityEndpoint(): string {
        return `${this.url}/msi/token`;
    }

    /** The managed identities of this machine. */
    get managedIdentities(): readonly ManagedIdentity[] {
        return this.identities;
    }

    /** Adds an application's service principal to a tenant. It may do nothing until it is assigned a role. */
    addServicePrincipal(options: ServicePrincipalOptions = {}): ServicePrincipal {
        const added = new RegisteredServicePrincipal(options, DEFAULT_TENANT_ID);
        if (this.application(added.tenantId, added.clientId)) {
            throw new Error(`application "${added.clientId}" is in the tenant "${added.tenantId}" already`);
        }
        this.applications.push(added);
        return added;
    }

    /** Gives an application another secret, and refuses the one it had. Tokens that it has last on. Returns the new secret. */
    rotateSecret({ tenantId, clientId }: ServicePrincipal): string {
        const rotated = this.application(tenantId, clientId);
        if (!rotated) {
            throw new Error(`application "${clientId}" is not in the tenant "${tenantId}"`);
        }
        rotated.clientSecret = randomSecret();
        return rotated.clientSecret;
    }

    /** Gives this machine a managed identity. It may do nothing until it is assigned a role. */
    addManagedIdentity(options: ManagedIdentityOptions = {}): ManagedIdentity {
        const { resourceId } = options;
        if (resourceId === undefined && this.identities.some((each) => each.resourceId === undefined)) {
            throw new Error("there is a system-assigned identity already: give this one a resourceId");
        }
        const added = {
            tenantId: checkGuid("tenantId", options.tenantId ?? DEFAULT_TENANT_ID),
            clientId: checkGuid("clientId", options.clientId ?? randomUUID()),
            objectId: randomUUID(),
            resourceId,
        };
        this.identities.push(added);
        return added;
    }

    /** A token as Kubernetes or a CI service issues it; the simulator stands for every such issuer. For AZURE_FEDERATED_TOKEN_FILE. */
    federatedToken({ issuer, subject, audience, seconds }: FederatedTokenOptions): string {
        const now = Math.floor(Date.now() / 1000);
        const aud = audience ?? "api://AzureADTokenExchange";
        return this.tokens.sign({ iss: issuer, sub: subject, aud, iat: now, nbf: now, exp: now + (seconds ?? 3600) });
    }

    /** The environment variables that let the Azure SDKs, unmodified, be a service principal with a secret, or a managed identity. */
    environment(principal: ServicePrincipal | ManagedIdentity): Record<string, string> {
        if ("resourceId" in principal) {
            return {
                IDENTITY_ENDPOINT: this.identityEndpoint,
                IDENTITY_HEADER: this.identityHeader,
                ...(principal.resourceId === undefined ? {} : { AZURE_CLIENT_ID: principal.clientId }),
            };
        }
        return {
            AZURE_AUTHORITY_HOST: this.authorityHost,
            AZURE_TENANT_ID: principal.tenantId,
            AZURE_CLIENT_ID: principal.clientId,
            ...(principal.clientSecret === undefined ? {} : { AZURE_CLIENT_SECRET: principal.clientSecret }),
        };
    }

    /** Whether there is such a tenant: that of an account or a principal. */
    hasTenant(tenantId: string): boolean {
        const owners: Pick<Principal, "tenantId">[] = [
            ...this.accounts.values(),
            ...this.applications,
            ...this.identities,
        ];
        return owners.some((each) => each.tenantId === tenantId);
    }

    /** The application of that client ID in a tenant. */
    application(tenantId: string, clientId: string): RegisteredServicePrincipal | undefined {
        const wanted = clientId.toLowerCase();
        return this.applications.find((each) => each.tenantId === tenantId && each.clientId === wanted);
    }

    /** Whether a resource is the Blob endpoint of a simulated account, by its name in the public cloud. */
    isAccountEndpoint(resource: string): boolean {
        const name = /^https:\/\/([a-z0-9]{3,24})\.blob\.core\.windows\.net$/.exec(resource)?.[1];
        return name !== undefined && this.accounts.has(name);
    }
}
