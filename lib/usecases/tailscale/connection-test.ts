/**
 * Goes the way of a devbox that joins, as far as it can be gone without one: others must read our keys, and the coordination server must
 * take a token of ours. What it gives for that is thrown away. Later checks are skipped when one before them fails.
 */
import type { TailscaleTestResponse } from "../../contract/tailscale.ts";
import { recordAudit } from "../../db/audit-events.ts";
import { findTailscaleSettings } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { boxSubject, identityPaths, tokenDetail } from "../../domain/identity.ts";
import { joinAudience, tailscaleServer } from "../../domain/tailscale.ts";
import type { OutsideDeps } from "../deps.ts";
import { joinProblem } from "./choose-tailscale.ts";

type Settings = NonNullable<Awaited<ReturnType<typeof findTailscaleSettings>>>;
type Check = { name: string; run: (deps: OutsideDeps, actor: Actor, settings: Settings | null) => Promise<string> };

const timeoutMs = 10_000;
const bytesMax = 64 * 1024;
const shownMax = 300;

const checks: readonly Check[] = [
	{
		name: "Settings",
		async run(_deps, _actor, settings) {
			if (!settings?.clientId)
				throw failed("There is no client id yet. Make a federated identity at Tailscale, and save its id.");
			if (settings.tags.length === 0)
				throw failed("There are no tags yet. Save those that the federated identity has.");
			return `Client id ${settings.clientId}, ${settings.tags.join(", ")}.`;
		},
	},
	{
		name: "Public URL",
		async run(deps, _actor, settings) {
			const problem = joinProblem(deps, settings?.loginServer ?? null);
			if (problem) throw failed(problem);
			return `${deps.issuer.issuer} can be an issuer.`;
		},
	},
	{
		name: "Keys",
		async run({ issuer, askOutside }) {
			const url = `${issuer.issuer}${identityPaths.keys}`;
			const answer = await askOutside({ url, timeoutMs, bytesMax, redirectsMax: 0 });
			const own = JSON.stringify((await issuer.keySet()).keys.map((key) => key.kid));
			if (answer.status !== 200)
				throw failed(`${url} answered ${answer.status}. Does your proxy pass /.well-known/ on?`);
			if (keyIdsIn(answer.body) !== own)
				throw failed(`${url} shows other keys than ours: another server answers there.`);
			return `${url} shows our keys.`;
		},
	},
	{ name: "Token exchange", run: exchange },
];

async function exchange(deps: OutsideDeps, actor: Actor, settings: Settings | null): Promise<string> {
	const { workspaceId, userId: owner_id, login: owner_login } = actor;
	const clientId = settings?.clientId ?? "";
	const server = settings?.loginServer ?? tailscaleServer;
	const devbox_id = "connection-test";
	const audience = joinAudience(clientId);
	const issued = await deps.issuer.issue({
		audience,
		subject: boxSubject({ workspaceId, devboxId: devbox_id }),
		claims: { workspace_id: workspaceId, devbox_id, devbox_name: devbox_id, owner_id, owner_login },
	});
	const { userId, login, kind, credentialId } = actor;
	await recordAudit(deps.db.pool, {
		workspaceId,
		actor: { kind, userId, login, credentialId },
		action: "identity.token",
		target: { kind: "devbox", id: null, name: devbox_id },
		outcome: "success",
		detail: { ...tokenDetail(audience, issued), for: `the connection test, to ${server}` },
	});
	const answer = await deps.askOutside({
		url: `${server}/api/v2/oauth/token-exchange`,
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({ client_id: clientId, jwt: issued.token }).toString(),
		timeoutMs,
		bytesMax,
	});
	if (answer.status === 200) return `${server} took a token of ours.`;
	const said = answer.body
		.toString("utf8")
		.replace(/[^\x20-\x7e]+/g, " ")
		.trim()
		.slice(0, shownMax);
	throw failed(
		`${server} refused a token of ours with ${answer.status}: ${said || "without a word"}. Compare issuer, subject and audience there with those on this page.`,
	);
}

export async function testTailscale(deps: OutsideDeps, actor: Actor): Promise<TailscaleTestResponse> {
	const settings = await findTailscaleSettings(deps.db, actor);
	const done: TailscaleTestResponse["checks"] = [];
	let isFailed = false;
	for (const { name, run } of checks) {
		if (isFailed) {
			done.push({ name, status: "skipped", message: "After what failed above." });
			continue;
		}
		try {
			done.push({ name, status: "ok", message: await run(deps, actor, settings) });
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			isFailed = true;
			done.push({ name, status: "failed", message: error.message });
		}
	}
	return { ok: !isFailed, checks: done };
}

function keyIdsIn(body: Buffer): string | null {
	try {
		const { keys } = JSON.parse(body.toString("utf8")) as { keys?: { kid?: unknown }[] };
		return JSON.stringify(keys?.map((key) => key.kid));
	} catch {
		// Any page can stand there.
		return null;
	}
}

function failed(message: string): AppError {
	return new AppError({ code: "conflict", message });
}
