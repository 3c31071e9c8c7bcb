/** What a write of the API leaves behind in the audit log: its table says what is kept, and nothing else is. */
import type { AuditedWrite } from "../../lib/contract/audited-writes.ts";
import type { AuditDetail, AuditEvent, AuditOutcome, AuditTarget } from "../../lib/domain/audit.ts";
import { AppError, type ErrorCode, errorCodes } from "../../lib/domain/errors.ts";
import { withoutAccessSecrets } from "../../lib/domain/ssh-login.ts";
import type { SignedIn } from "../credentials/credentials.ts";

/** Filled while a request is served. */
export type AuditTrail = {
	requestId: string;
	address: string;
	signedIn: SignedIn | null;
	/** The path's parameters as they came: all that is known of a request that was refused before it was read. */
	params: Readonly<Record<string, string>>;
	/** Validated. */
	input: unknown;
	answer: unknown;
	isReplayed?: boolean;
};

export type AuditEnd = { outcome: AuditOutcome; code?: ErrorCode };

const listMax = 50;
const textMax = 300;

export function endOfError(error: unknown): AuditEnd {
	const code = error instanceof AppError ? error.code : "internal";
	return endOfStatus(errorCodes[code].status, code);
}

export function endOfStatus(status: number, code?: ErrorCode): AuditEnd {
	if (status < 400) return { outcome: "success" };
	return { outcome: status < 500 ? "refused" : "failed", code };
}

/** Null where nobody is known to have asked: such a request belongs to no workspace's log. */
export function auditEventOf(write: AuditedWrite, trail: AuditTrail, end: AuditEnd): AuditEvent | null {
	if (!trail.signedIn) return null;
	const { actor } = trail.signedIn;
	const detail: AuditDetail = {};
	for (const [name, place] of Object.entries(write.detail ?? {})) {
		const value = keptValue(valueAt(trail, place));
		if (value !== undefined && value !== "") detail[name] = value;
	}
	if (actor.providerTokenId) detail.provider_token_id = actor.providerTokenId;
	if (trail.isReplayed) detail.is_replayed = true;
	if (end.code) detail.code = end.code;
	return {
		workspaceId: actor.workspaceId,
		actor,
		action: write.action,
		target: targetOf(write, trail),
		outcome: end.outcome,
		address: trail.address.slice(0, 100),
		requestId: trail.requestId,
		detail,
	};
}

function targetOf({ target }: AuditedWrite, trail: AuditTrail): AuditTarget {
	const { kind, id } = target;
	const actor = trail.signedIn?.actor;
	if (id === "actor") return { kind, id: actor?.userId ?? null, name: actor?.login };
	const name = firstText(trail, target.name ?? []);
	if (id === "workspace") return { kind, id: actor?.workspaceId ?? null, name };
	return { kind, id: firstText(trail, id), name };
}

function firstText(trail: AuditTrail, places: readonly string[]): string | null {
	for (const place of places) {
		const value = valueAt(trail, place);
		if (typeof value === "string") return keptText(value);
	}
	return null;
}

function valueAt(trail: AuditTrail, place: string): unknown {
	const [part = "", ...path] = place.split(".");
	let value: unknown = part === "answer" ? trail.answer : (trail.input as Record<string, unknown> | null)?.[part];
	if (part === "params" && value === undefined) value = trail.params;
	for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
	return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

function keptValue(value: unknown): AuditDetail[string] | undefined {
	if (typeof value === "string") return keptText(value);
	if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
	if (!Array.isArray(value)) return undefined;
	return value
		.filter((item) => typeof item === "string" || typeof item === "number")
		.slice(0, listMax)
		.map((item) => keptText(String(item)));
}

/** An address may be asked with a login's secret where an id belongs. */
function keptText(text: string): string {
	return withoutAccessSecrets(text).slice(0, textMax);
}
