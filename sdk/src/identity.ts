/** `c.identity`: the ID tokens that devboxes show to clouds and vaults. A token itself is asked for in the box: `devbox-id-token`. */
import type { DevboxApi } from "./api-types.ts";
import type { IdentityAudience, Identity as IdentityFacts } from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };

export class Identity {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	/** Issuer, keys and audiences: what the other side is told. */
	get(o: CallBounds = {}): Promise<IdentityFacts> {
		return this.#api.getIdentity({}, o);
	}

	/** Lets the workspace's devboxes have tokens for it. For admins. Throws `conflict` when it is allowed already. */
	allow(audience: string, o: CallBounds & { description?: string } = {}): Promise<IdentityAudience> {
		const { description, ...bounds } = o;
		return this.#api.allowAudience({ audience, ...(description === undefined ? {} : { description }) }, bounds);
	}

	/** By the audience or its id. For admins. Throws `not_found`. */
	async remove(audience: string, o: CallBounds = {}): Promise<void> {
		const known = (await this.get(o)).audiences.find((each) => each.audience === audience);
		await this.#api.removeAudience({ id: known?.id ?? audience }, o);
	}
}
