/** Which tailnet a devbox joins: what was asked for, and for the rest what it has, or the workspace's setting; refused where it could not join. */
import type { TailscaleRequest } from "../../contract/tailscale-request.ts";
import { findTailscaleSettings } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import type { NetworkPolicy } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import {
	type FailureChoice,
	hostnameDefault,
	hostnameOf,
	isLoopbackServer,
	joinPolicyProblem,
	type TailscaleSpec,
} from "../../domain/tailscale.ts";
import type { IdentityDeps } from "../deps.ts";

type Asked = {
	asked: TailscaleRequest | undefined;
	/** Where in the request that stands. */
	place: readonly string[];
	/** The devbox's label. */
	name: string;
	/** Null: what is in it is not known. */
	image: { name: string; programs: string[] } | null;
	policy: () => Promise<NetworkPolicy>;
	/** What a devbox that is there has. */
	current?: (TailscaleSpec & { isEnabled: boolean }) | null;
};

/** Null: none. @throws AppError `invalid`, before anything is made. */
export async function chooseTailscale(deps: IdentityDeps, actor: Actor, o: Asked): Promise<TailscaleSpec | null> {
	const settings = await findTailscaleSettings(deps.db, actor);
	const { enabled, ...fields } = o.asked ?? {};
	const isOther = Object.values(fields).some((value) => value !== undefined);
	const refused = refusalAt(o.place);
	const now = o.current === undefined ? settings : o.current;
	const isEnabled = enabled ?? (isOther || now?.isEnabled === true);
	if (settings?.isLocked && (isOther || isEnabled !== settings.isEnabled)) throw refused([], lockedWords(o, settings));
	if (!isEnabled) return null;
	const base = (settings?.isLocked ? null : o.current) ?? settings;
	const clientId = fields.client_id ?? base?.clientId ?? null;
	const tags = fields.tags ?? base?.tags ?? [];
	if (clientId === null)
		throw refused(
			["client_id"],
			"The workspace has no client id of Tailscale yet. Give one, or ask an admin to set it.",
		);
	if (tags.length === 0) throw refused(["tags"], "A node joins with at least one tag, as tag:devbox.");
	const loginServer = fields.login_server === undefined ? (base?.loginServer ?? null) : fields.login_server;
	const spec = {
		clientId,
		tags,
		hostname: hostnameOf(fields.hostname ?? base?.hostname ?? hostnameDefault, o.name),
		loginServer,
		onFailure: (base?.onFailure ?? "warn") as FailureChoice,
	};
	const problem =
		joinProblem(deps, loginServer) ??
		(o.image && imageProblem(o.image)) ??
		joinPolicyProblem(await o.policy(), loginServer);
	if (problem) throw refused([], problem);
	return spec;
}

/** Why nobody can join; null when they can, as far as this server knows. */
export function joinProblem({ issuer }: Pick<IdentityDeps, "issuer">, loginServer: string | null): string | null {
	if (issuer.problem) return issuer.problem;
	if (issuer.isPublic || (loginServer && isLoopbackServer(loginServer))) return null;
	return `Tailscale reads this server's keys at ${issuer.issuer}, which it cannot reach. The operator sets PUBLIC_URL to an https address that is reachable from the internet.`;
}

export function imageProblem(image: { name: string; programs: string[] }): string | null {
	if (image.programs.includes("tailscale")) return null;
	return `The image ${image.name} has no tailscale in it. The server's operator sets DEVBOX_TAILSCALE to where its package is and starts the product again (docs/tailscale.md); until then leave Tailscale off.`;
}

function lockedWords({ current }: Asked, { isEnabled }: { isEnabled: boolean }): string {
	if (current === undefined)
		return "How devboxes join a tailnet is locked: leave `tailscale` out, or ask a workspace admin.";
	const allowed = isEnabled ? "join as the workspace says" : "stay out";
	return `How devboxes join a tailnet is locked: this one can ${allowed} (enabled: ${isEnabled}, and nothing else). For more ask a workspace admin.`;
}

function refusalAt(place: readonly string[]) {
	return (below: string[], msg: string): AppError => {
		const fields = [{ loc: ["body", ...place, ...below], msg, type: "value_error" }];
		return new AppError({ code: "invalid", message: msg, fields });
	};
}
