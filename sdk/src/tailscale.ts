/** `c.tailscale`: how devboxes join a tailnet. A create takes `tailscale: { enabled: true }`. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import type { DevboxTailscale, Tailscale as TailscaleSettings, TailscaleTest } from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };

export class Tailscale {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	/** The workspace's setting, and what to enter at Tailscale. */
	get(o: CallBounds = {}): Promise<TailscaleSettings> {
		return this.#api.getTailscale({}, o);
	}

	/** For devboxes that are made from now on. For admins. */
	set(settings: ApiInput<"setTailscale">, o: CallBounds = {}): Promise<TailscaleSettings> {
		return this.#api.setTailscale(settings, o);
	}

	/** Goes the way of a devbox that joins. For admins. */
	test(o: CallBounds = {}): Promise<TailscaleTest> {
		return this.#api.testTailscale({}, o);
	}

	/** Whether a devbox of yours has joined, as which node, or why not. */
	of(devboxId: string, o: CallBounds = {}): Promise<DevboxTailscale> {
		return this.#api.getDevboxTailscale({ id: devboxId }, o);
	}

	/** Has a running devbox of yours join again, as a new node. */
	join(devboxId: string, o: CallBounds = {}): Promise<DevboxTailscale> {
		return this.#api.joinTailscale({ id: devboxId }, o);
	}
}
