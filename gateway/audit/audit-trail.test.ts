/** Marks every value of every write of the API, and looks which of them the audit log would keep. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { apiOperations } from "../../lib/contract/api.ts";
import { type AuditedWrite, auditedWrites } from "../../lib/contract/audited-writes.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { auditActions } from "../../lib/domain/audit.ts";
import { type AuditTrail, auditEventOf } from "./audit-trail.ts";

const writes = Object.entries<AuditedWrite>(auditedWrites);
const operationOf = (id: string) => (apiOperations as Record<string, ApiOperation>)[id] as ApiOperation;

type JsonSchema = {
	type?: string;
	properties?: Record<string, JsonSchema>;
	items?: JsonSchema;
	anyOf?: JsonSchema[];
	oneOf?: JsonSchema[];
	allOf?: JsonSchema[];
	additionalProperties?: JsonSchema | boolean;
	$ref?: string;
};

const mark = (place: string) => `<mark ${place}>`;

/** A value of the schema's shape, in which each text says where it stands. */
function markedAs(schema: z.ZodType | null | undefined, place: string): unknown {
	if (!schema) return undefined;
	const whole = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema & {
		$defs?: Record<string, JsonSchema>;
	};
	const fill = (part: JsonSchema, at: string): unknown => {
		const known = part.$ref ? whole.$defs?.[part.$ref.split("/").at(-1) ?? ""] : part;
		if (!known) return mark(at);
		const choices = [...(known.anyOf ?? []), ...(known.oneOf ?? []), ...(known.allOf ?? [])].map((one) =>
			fill(one, at),
		);
		const shapes = choices.filter((one) => typeof one === "object" && !Array.isArray(one));
		if (choices.length > 0 && !known.properties) return shapes.length > 0 ? Object.assign({}, ...shapes) : choices[0];
		if (known.type === "array") return [fill(known.items ?? {}, at)];
		if (known.type !== "object") return mark(at);
		const entries = Object.entries(known.properties ?? {}).map(([key, value]) => [key, fill(value, `${at}.${key}`)]);
		if (typeof known.additionalProperties === "object") entries.push(["ANY", mark(`${at}.ANY`)]);
		return Object.fromEntries(entries);
	};
	return fill(whole, place);
}

function trailOf(id: string): AuditTrail {
	const operation = operationOf(id);
	const params = markedAs(operation.params, "params") as Record<string, string> | undefined;
	return {
		requestId: "req_1",
		address: "203.0.113.7",
		signedIn: {
			actor: {
				kind: "session",
				userId: "usr_1",
				login: "grace",
				workspaceId: "wsp_1",
				role: "owner",
				scopes: [],
				credentialId: "ses_1",
				isProvider: false,
			},
			credentialIds: ["ses_1"],
			expiresAt: null,
		},
		params: params ?? {},
		input: {
			params,
			query: markedAs(operation.query, "query"),
			headers: markedAs(operation.headers, "headers"),
			body: markedAs(operation.body, "body"),
		},
		answer: markedAs(operation.response.body, "answer"),
	};
}

const eventOf = (id: string, write: AuditedWrite) => auditEventOf(write, trailOf(id), { outcome: "success" });

function valueAt(trail: AuditTrail, place: string): unknown {
	const whole = { ...(trail.input as object), answer: trail.answer };
	return place.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], whole);
}

function namedPlaces({ target, detail }: AuditedWrite): string[] {
	const ids = typeof target.id === "string" ? [] : target.id;
	return [...ids, ...(target.name ?? []), ...Object.values(detail ?? {})];
}

/** What is a secret itself, or may hold one. */
const secretPart =
	/^(.*\.)?(\w*token|\w*secret|\w*password|ticket|session_id|public_key|private_key|env|argv|script|stdin|state|code|authorize_url)$|^value$/i;

describe.each(writes)("%s", (id, write) => {
	test("leaves what its line in the table names, and no other value of the request or the answer", () => {
		const kept = [...JSON.stringify(eventOf(id, write)).matchAll(/<mark ([^>]+)>/g)].map((match) => match[1]);
		const named = namedPlaces(write);
		expect(kept.filter((place) => !named.includes(place ?? ""))).toEqual([]);
		expect(kept.length > 0).toBe(named.length > 0);
	});

	test("names parts that there are", () => {
		// What answers a stream notes the exec's id by itself.
		const places = namedPlaces(write).filter((place) => !(id === "runExec" && place === "answer.id"));
		for (const place of places) expect(valueAt(trailOf(id), place), place).toBeDefined();
	});

	test("names no part that may be a secret", () => {
		expect(namedPlaces(write).filter((place) => secretPart.test(place.split(".").slice(1).join(".")))).toEqual([]);
	});

	test("is an action that the log knows, of an operation that writes", () => {
		expect(Object.keys(auditActions)).toContain(write.action);
		expect(operationOf(id).method).not.toBe("GET");
	});
});

test("a secret of an access session in the place of an id is not kept", () => {
	const trail = {
		...({ requestId: "r", address: "a", input: null, answer: null } as const),
		signedIn: { actor: { workspaceId: "w" }, credentialIds: [], expiresAt: null } as never,
		params: { id: `devbox_ssh_${"A".repeat(32)}` },
	};
	const event = auditEventOf(auditedWrites.deleteDevbox, trail, { outcome: "refused", code: "not_found" });
	expect(event?.target?.id).toBe("devbox_ssh_[redacted]");
	expect(event?.detail).toEqual({ code: "not_found" });
});
