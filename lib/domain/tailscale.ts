/** How a box joins a tailnet: by an ID token of ours that Tailscale exchanges for a key of one use, as an ephemeral node with tags. */
import { matchingEntry, type NetworkPolicy } from "./egress-policy.ts";

/** As the client has it when nothing else is said. */
export const tailscaleServer = "https://controlplane.tailscale.com";

/** What of it a box must reach that has a network policy; its relays are below the same name, since UDP is refused there. */
const tailscaleNames = ["controlplane.tailscale.com", "derp1.tailscale.com"] as const;

export const failureChoices = ["warn", "fail"] as const;
/** What becomes of a box that cannot join: `warn` it is ready without, `fail` its create or start fails. */
export type FailureChoice = (typeof failureChoices)[number];

export type TailscaleSpec = {
	clientId: string;
	/** `tag:…`; at least one, since a node that joins this way belongs to its tags. */
	tags: string[];
	/** The name of the node, with `{name}` for the devbox's. */
	hostname: string;
	/** Null: Tailscale's own. */
	loginServer: string | null;
	onFailure: FailureChoice;
};

export const joinStatuses = ["pending", "joined", "failed", "left"] as const;
export type JoinStatus = (typeof joinStatuses)[number];

/** `pending` is one that has not tried yet, or tries now. */
export type JoinState = { status: JoinStatus; message: string | null; nodeName: string | null; addresses: string[] };

export const tagsMax = 20;
export const hostnameDefault = "{name}";

/** The `aud` that Tailscale gives a federated identity. */
export function joinAudience(clientId: string): string {
	return `api.tailscale.com/${clientId}`;
}

export function clientIdProblem(text: string): string | null {
	return /^[A-Za-z0-9][A-Za-z0-9/_-]{1,199}$/.test(text)
		? null
		: "The client id that Tailscale shows for the federated identity: letters, digits, / and hyphens.";
}

export function tagProblem(text: string): string | null {
	return /^tag:[A-Za-z][A-Za-z0-9-]{0,62}$/.test(text)
		? null
		: "A tag is tag: and a name of letters, digits and hyphens that begins with a letter, as tag:devbox.";
}

export function hostnameProblem(text: string): string | null {
	const label = text.replaceAll("{name}", "x");
	return text.length <= 80 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)
		? null
		: "Lower-case letters, digits and hyphens, with {name} for the devbox's name, as devbox-{name}.";
}

/** A node's name has at most 63 characters. */
export function hostnameOf(template: string, name: string): string {
	return template.replaceAll("{name}", name).slice(0, 63).replace(/-+$/, "");
}

export function loginServerProblem(text: string): string | null {
	const wrong = "An https address without a path, as https://headscale.example.com.";
	const url = /^https?:\/\/[^\s/]+\/?$/.test(text) ? parseOrigin(text) : null;
	if (!url) return wrong;
	return url.protocol === "https:" || isLoopback(url.hostname) ? null : wrong;
}

export function isLoopbackServer(server: string): boolean {
	return isLoopback(parseOrigin(server)?.hostname ?? "");
}

/** Without anything of the platform: this is read in the browser as well as on the server. */
function parseOrigin(text: string): { protocol: string; hostname: string } | null {
	const [, protocol = "", host = ""] =
		/^(https?:)\/\/(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?\/?$/.exec(text) ?? [];
	return host ? { protocol, hostname: host } : null;
}

function isLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Why a box with this network policy could not join; null when it could. */
export function joinPolicyProblem(policy: NetworkPolicy, loginServer: string | null): string | null {
	if (policy.mode === "open" || policy.mode === "observe") return null;
	if (policy.mode === "none") return "Its network policy is none, and Tailscale needs a network.";
	if (loginServer && isLoopbackServer(loginServer)) return null;
	const names = loginServer ? [parseOrigin(loginServer)?.hostname ?? ""] : tailscaleNames;
	const missing = names.filter((name) => matchingEntry(policy.domains, name) === null);
	if (missing.length === 0) return null;
	const wanted = loginServer ? missing.join(", ") : "*.tailscale.com";
	return `Its network policy does not list ${wanted}, which Tailscale needs. Add it to the list, or leave Tailscale off.`;
}
