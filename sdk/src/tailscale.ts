/** `c.tailscale`: how devboxes join a tailnet. A create takes `tailscale: { enabled: true }`, and `change` the same for one that is there. */
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

	/** Has a devbox of yours join, leave, or join otherwise; what is left out stays. At once while it runs, else with its next start. */
	change(
		devboxId: string,
		to: Omit<ApiInput<"changeDevboxTailscale">, "id">,
		o: CallBounds = {},
	): Promise<DevboxTailscale> {
		return this.#api.changeDevboxTailscale({ id: devboxId, ...to }, o);
	}

	/** Has a running devbox of yours join again, as a new node. */
	join(devboxId: string, o: CallBounds = {}): Promise<DevboxTailscale> {
		return this.#api.joinTailscale({ id: devboxId }, o);
	}
}
