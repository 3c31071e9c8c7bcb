/** Which tailnet a new devbox joins: what was asked for, and the workspace's setting for the rest; refused where it could not join. */
import type { TailscaleRequest } from "../../contract/tailscale-request.ts";
import type { NetworkChoice } from "../../db/network-policies.ts";
import { findTailscaleSettings, policyOfChoice } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
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
	/** The devbox's label. */
	name: string;
	image: { name: string; programs: string[] };
	network: NetworkChoice;
};

/** Null: none. @throws AppError `invalid`, before anything is made. */
export async function chooseTailscale(deps: IdentityDeps, actor: Actor, o: Asked): Promise<TailscaleSpec | null> {
	const settings = await findTailscaleSettings(deps.db, actor);
	const { enabled, ...fields } = o.asked ?? {};
	const isOther = Object.values(fields).some((value) => value !== undefined);
	const isEnabled = enabled ?? (isOther || settings?.isEnabled === true);
	if (settings?.isLocked && (isOther || isEnabled !== settings.isEnabled))
		throw refused([], "How devboxes join a tailnet is locked: leave `tailscale` out, or ask a workspace admin.");
	if (!isEnabled) return null;
	const clientId = fields.client_id ?? settings?.clientId ?? null;
	const tags = fields.tags ?? settings?.tags ?? [];
	if (clientId === null)
		throw refused(
			["client_id"],
			"The workspace has no client id of Tailscale yet. Give one, or ask an admin to set it.",
		);
	if (tags.length === 0) throw refused(["tags"], "A node joins with at least one tag, as tag:devbox.");
	const loginServer = fields.login_server === undefined ? (settings?.loginServer ?? null) : fields.login_server;
	const spec = {
		clientId,
		tags,
		hostname: hostnameOf(fields.hostname ?? settings?.hostname ?? hostnameDefault, o.name),
		loginServer,
		onFailure: (settings?.onFailure ?? "warn") as FailureChoice,
	};
	const problem =
		joinProblem(deps, loginServer) ??
		imageProblem(o.image) ??
		joinPolicyProblem(await policyOfChoice(deps.db, o.network), loginServer);
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

function refused(place: string[], msg: string): AppError {
	const fields = [{ loc: ["body", "tailscale", ...place], msg, type: "value_error" }];
	return new AppError({ code: "invalid", message: msg, fields });
}
