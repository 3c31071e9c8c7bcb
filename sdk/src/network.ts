/** `c.network`: the workspace's named network policies, what filters decided, and what members ask for. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import type {
	InternalService,
	InternalServices,
	NamedNetworkPolicy,
	NetworkPolicyUse,
	NetworkRequest,
	WorkspaceNetworkDecision,
} from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };
type NewPolicy = ApiInput<"createNetworkPolicy">;
type PolicyChange = Omit<ApiInput<"changeNetworkPolicy">, "id">;
type NewService = ApiInput<"createInternalService">;
type Approval = Omit<ApiInput<"approveNetworkRequest">, "id">;
type DecisionQuery = NonNullable<ApiInput<"listNetworkDecisions">>;
type RequestQuery = NonNullable<ApiInput<"listNetworkRequests">>;

export class Network {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	async policies(o: CallBounds = {}): Promise<NamedNetworkPolicy[]> {
		return (await this.#api.listNetworkPolicies({}, o)).data;
	}

	/** For admins. Throws `name_taken`, `invalid`. */
	createPolicy(policy: NewPolicy, o: CallBounds = {}): Promise<NamedNetworkPolicy> {
		return this.#api.createNetworkPolicy(policy, o);
	}

	/**
	 * For all devboxes that follow it, within two seconds. For admins. `id` as `netp_…`. With the `updated_at` of the policy that the
	 * change was made from it throws `conflict` when somebody changed it since.
	 */
	changePolicy(id: string, change: PolicyChange, o: CallBounds = {}): Promise<NamedNetworkPolicy> {
		return this.#api.changeNetworkPolicy({ id, ...change }, o);
	}

	/** Devboxes that follow it, whoever's they are. For admins. */
	async uses(id: string, o: CallBounds = {}): Promise<NetworkPolicyUse[]> {
		return (await this.#api.listNetworkPolicyUses({ id }, o)).data;
	}

	/** For admins. Throws `conflict` while devboxes follow it, or while it is the default. */
	async removePolicy(id: string, o: CallBounds = {}): Promise<void> {
		await this.#api.deleteNetworkPolicy({ id }, o);
	}

	/** Private addresses that listed names may lead to, and, for admins, the ranges (`internal_ranges`) that the operator of the server opened. */
	services(o: CallBounds = {}): Promise<InternalServices> {
		return this.#api.listInternalServices({}, o);
	}

	/** For admins. Throws `name_taken`; `invalid` where the operator has not opened its address, with what they have to set. */
	createService(service: NewService, o: CallBounds = {}): Promise<InternalService> {
		return this.#api.createInternalService(service, o);
	}

	/** Within two seconds; connections of the devboxes that could use it are cut. `id` as `svc_…`. For admins. Throws `not_found`. */
	async removeService(id: string, o: CallBounds = {}): Promise<void> {
		await this.#api.deleteInternalService({ id }, o);
	}

	/** Of all devboxes of the workspace, the latest first. For admins. */
	async decisions(query: DecisionQuery & CallBounds = {}): Promise<WorkspaceNetworkDecision[]> {
		const { signal, ...filters } = query;
		return (await this.#api.listNetworkDecisions(filters, { signal })).data;
	}

	/** Those that wait first. For admins. */
	async requests(query: RequestQuery & CallBounds = {}): Promise<NetworkRequest[]> {
		const { signal, ...filters } = query;
		return (await this.#api.listNetworkRequests(filters, { signal })).data;
	}

	/** For a day unless told; or into the policy that the devbox follows. For admins. Throws `conflict` when it was answered before. */
	approve(requestId: string, approval: Approval = {}, o: CallBounds = {}): Promise<NetworkRequest> {
		return this.#api.approveNetworkRequest({ id: requestId, ...approval }, o);
	}

	/** For admins. Throws `conflict` when it was answered before. */
	decline(requestId: string, answer = "", o: CallBounds = {}): Promise<NetworkRequest> {
		return this.#api.declineNetworkRequest({ id: requestId, answer }, o);
	}

	/** Takes an approval back; the devbox's connections are cut. For admins. */
	end(requestId: string, o: CallBounds = {}): Promise<NetworkRequest> {
		return this.#api.endNetworkRequest({ id: requestId }, o);
	}
}
