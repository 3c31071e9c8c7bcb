/** `box.network`: where a devbox may go, what it asked for, and what became of it. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import type { DevboxNetwork, NetworkProposal, NetworkRequest } from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };
type PolicyChange = Omit<ApiInput<"changeDevboxNetwork">, "id">;

export class BoxNetwork {
	readonly #api: DevboxApi;
	readonly #id: string;

	constructor(o: { api: DevboxApi; devboxId: string }) {
		this.#api = o.api;
		this.#id = o.devboxId;
	}

	/** Its policy, whether it is in force, the latest decisions, and what was asked for. */
	get(o: CallBounds = {}): Promise<DevboxNetwork> {
		return this.#api.getDevboxNetwork({ id: this.#id }, o);
	}

	/** In force within two seconds; connections that lose by it are cut. Throws `invalid`, and so where the workspace has locked it. */
	change(policy: PolicyChange, o: CallBounds = {}): Promise<DevboxNetwork> {
		return this.#api.changeDevboxNetwork({ id: this.#id, ...policy }, o);
	}

	/** Asks an admin for a name that the policy blocks. Throws `conflict` where nothing blocks it. */
	ask(name: string, o: CallBounds & { reason?: string } = {}): Promise<NetworkRequest> {
		const { reason = "", ...bounds } = o;
		return this.#api.createNetworkRequest({ id: this.#id, name, reason }, bounds);
	}

	/** A list to review, from what was asked for and is not listed. */
	async propose(o: CallBounds = {}): Promise<NetworkProposal["entries"]> {
		return (await this.#api.proposeDevboxNetwork({ id: this.#id }, o)).entries;
	}
}
