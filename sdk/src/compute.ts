/**
 * Devboxes as objects. `new Compute()` needs no more than a token:
 *
 *   const c = new Compute({ apiKey: process.env.DEVBOX_API_KEY });
 *   const box = await c.box.create({ name: "task-1" });
 *   const { exitCode, stdout } = await box.exec(["bash", "-lc", "npm test"]);
 *   await box.destroy();
 */
import type { DevboxApi } from "./api-types.ts";
import { AuditLog } from "./audit-log.ts";
import { Boxes } from "./boxes.ts";
import { createApi } from "./devbox-client.ts";
import { DevboxError } from "./devbox-error.ts";
import { createDevboxWatch } from "./devbox-watch.ts";
import { type DevboxEvent, type EventHandlers, followEvents } from "./event-stream.ts";
import { Github } from "./github.ts";
import { Identity } from "./identity.ts";
import { Isolation } from "./isolation.ts";
import { Network } from "./network.ts";
import { Secrets } from "./secrets.ts";
import type { WebSocketConstructor } from "./shell.ts";
import { Tailscale } from "./tailscale.ts";
import { createTransport } from "./transport.ts";
import { sdkVersion } from "./version.ts";
import { Workspace } from "./workspace.ts";

export type ComputeOptions = {
	/** A personal token, `DEVBOX_API_KEY` of the environment unless told. */
	apiKey?: string;
	/** A service's provider token, `DEVBOX_PROVIDER_TOKEN` of the environment unless told; alone, or with a person's `apiKey`. */
	providerToken?: string;
	/** Origin of the server, `DEVBOX_URL` of the environment or `http://127.0.0.1:3000` unless told. */
	baseUrl?: string;
	/** A request that has no answer after this many milliseconds fails with code `timeout`; 30 s unless told. */
	timeoutMs?: number;
	/** How many times a request is sent again, where that is safe; 5 unless told. */
	retriesMax?: number;
	fetch?: typeof fetch;
	/** For `box.shell` on a Node without a WebSocket of its own (below 22): the class of the package `ws`. */
	WebSocket?: WebSocketConstructor;
};

const baseUrlDefault = "http://127.0.0.1:3000";
const retriesDefault = 5;

export class Compute {
	/** Your devboxes. */
	readonly box: Boxes;
	/** Your GitHub account. */
	readonly github: Github;
	/** Who did what in the workspace, for admins. */
	readonly audit: AuditLog;
	/** Named network policies, decisions, and requests for names. */
	readonly network: Network;
	/** Your secrets and the workspace's. */
	readonly secrets: Secrets;
	/** Whom devboxes may show themselves to. */
	readonly identity: Identity;
	/** Isolation audits of the hosts, for admins. */
	readonly isolation: Isolation;
	/** How devboxes join a tailnet. */
	readonly tailscale: Tailscale;
	/** Its members, invitations and devboxes, for admins. */
	readonly workspace: Workspace;
	/** Every JSON operation of the API as it is. */
	readonly api: DevboxApi;
	readonly #follow: (handlers: EventHandlers) => () => void;

	/** Throws `unauthenticated` when there is no token at all. */
	constructor(options: ComputeOptions = {}) {
		const token = options.apiKey ?? environment("DEVBOX_API_KEY");
		const providerToken = options.providerToken ?? environment("DEVBOX_PROVIDER_TOKEN");
		const baseUrl = readBaseUrl(options.baseUrl ?? environment("DEVBOX_URL") ?? baseUrlDefault);
		// With an empty base URL this runs in a page of the dashboard, whose cookie says who asks.
		if (!token && !providerToken && baseUrl !== "")
			throw new DevboxError({
				code: "unauthenticated",
				detail:
					"There is no API key. Make a token under Settings, Tokens, and pass it as `apiKey` or in the environment as DEVBOX_API_KEY.",
			});
		const transport = createTransport({
			baseUrl,
			token,
			providerToken,
			timeoutMs: options.timeoutMs,
			retriesMax: options.retriesMax ?? retriesDefault,
			fetch: options.fetch,
			userAgent: `devbox-sdk/${sdkVersion}`,
		});
		this.api = createApi(transport);
		this.github = new Github(this.api);
		this.secrets = new Secrets(this.api);
		this.network = new Network(this.api);
		this.identity = new Identity(this.api);
		this.tailscale = new Tailscale(this.api);
		this.workspace = new Workspace(this.api);
		const watch = createDevboxWatch({ transport, api: this.api });
		const client = { transport, api: this.api, watch, WebSocket: options.WebSocket };
		this.box = new Boxes(client);
		this.audit = new AuditLog(client);
		this.isolation = new Isolation(client);
		this.#follow = (handlers) => followEvents(transport, handlers);
	}

	/**
	 * Live changes of your devboxes; the answer ends it. An open subscription keeps a Node process alive. It comes back by itself after
	 * a gap; `onEnded` hears why it has ended when the server refuses for good (`unauthenticated`, `forbidden`, `not_found`). What a
	 * handler throws surfaces as an uncaught error, as an event listener's does, and the subscription goes on.
	 */
	subscribe(
		onEvent: (event: DevboxEvent) => void,
		o: {
			/** Not called when you end it. */
			onEnded?: (error: DevboxError) => void;
		} = {},
	): () => void {
		return this.#follow({ onEvent, onRefused: o.onEnded });
	}
}

/** An unset variable and an empty one are the same. */
function environment(name: string): string | undefined {
	return globalThis.process?.env?.[name] || undefined;
}

function readBaseUrl(text: string): string {
	if (text === "") return "";
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || !/^https?:$/.test(url.protocol))
		throw new TypeError(`The base URL is no http address: ${JSON.stringify(text)}`);
	return `${url.origin}${url.pathname.replace(/\/(api\/v1\/?)?$/, "")}`;
}
