import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEventResponse } from "../../lib/contract/audit.ts";
import { recordAudit, recordAudits, stampAuditEvent } from "../../lib/db/audit-events.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

type Page = { data: AuditEventResponse[]; next_cursor: string | null };

let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let member: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	bob = await gate.addPerson();
	member = await gate.addPerson({ role: "member", workspaceId: ann.workspaceId });
	await recordAudits(
		gate.db.pool,
		[1, 2, 3, 4, 5].map((n) => stampAuditEvent(event(ann, n))),
	);
	await recordAudit(gate.db.pool, event(bob, 9));
});

afterAll(() => gate.close());

function event(person: TestPerson, n: number): AuditEvent {
	return {
		workspaceId: person.workspaceId,
		actor: { kind: "session", userId: person.userId, login: "grace", credentialId: "ses_x" },
		action: n % 2 ? "devbox.create" : "token.revoke",
		target: { kind: "devbox", id: `dbx_${n}`, name: `box-${n}` },
		outcome: n === 4 ? "refused" : "success",
		address: "203.0.113.7",
		at: new Date(Date.UTC(2026, 0, n)),
		detail: { note: `100%_of ${n}` },
	};
}

async function list(query: string, as = ann): Promise<Page> {
	const response = await gate.request(`/api/v1/audit-events?${query}`, { as });
	expect(response.status).toBe(200);
	return (await response.json()) as Page;
}
const names = (page: Page) => page.data.map(({ target }) => target?.name);

test("the log is read newest first, by pages that neither skip nor repeat", async () => {
	const first = await list("limit=2");
	expect(names(first)).toEqual(["box-5", "box-4"]);
	// What is written meanwhile is on no later page.
	await recordAudit(gate.db.pool, { ...event(ann, 6), action: "devbox.stop", target: null });
	const second = await list(`limit=2&cursor=${first.next_cursor}`);
	expect(names(second)).toEqual(["box-3", "box-2"]);
	const third = await list(`limit=2&cursor=${second.next_cursor}`);
	expect([names(third), third.next_cursor]).toEqual([["box-1"], null]);
});

test("filters narrow it: action, actor, target, outcome, time, words", async () => {
	expect(names(await list("action=token.revoke"))).toEqual(["box-4", "box-2"]);
	expect(names(await list(`actor=${ann.userId}&target=dbx_3`))).toEqual(["box-3"]);
	expect(names(await list("actor=grace&outcome=refused"))).toEqual(["box-4"]);
	expect(names(await list("since=2026-01-02T00:00:00Z&until=2026-01-04T00:00:00Z"))).toEqual(["box-3", "box-2"]);
	expect(names(await list(`q=${encodeURIComponent("BOX-2")}`))).toEqual(["box-2"]);
	expect(names(await list(`q=${encodeURIComponent("100%_of 5")}`))).toEqual(["box-5"]);
	expect(names(await list(`q=${encodeURIComponent("100__of 5")}`))).toEqual([]);
	expect(names(await list(`q=${encodeURIComponent("'; DROP TABLE audit_events; --")}`))).toEqual([]);
});

test("it is an admin's, of the own workspace, whatever cursor is sent", async () => {
	expect((await gate.request("/api/v1/audit-events", { as: member })).status).toBe(403);
	expect(names(await list("", bob))).toEqual(["box-9"]);
	const { next_cursor } = await list("limit=1");
	expect(names(await list(`cursor=${next_cursor}`, bob))).toEqual(["box-9"]);
	expect((await gate.request("/api/v1/audit-events?cursor=x", { as: ann })).status).toBe(422);
});

test("the export is JSON lines, oldest first, and stands in the log itself", async () => {
	const response = await gate.request("/api/v1/audit-events/export?until=2026-02-01T00:00:00Z", { as: ann });
	expect(response.headers.get("content-type")).toBe("application/x-ndjson");
	expect(response.headers.get("content-disposition")).toContain("attachment");
	const lines = (await response.text()).trim().split("\n");
	const events = lines.map((line) => JSON.parse(line) as AuditEventResponse);
	expect(events.map(({ target }) => target?.name)).toEqual(["box-1", "box-2", "box-3", "box-4", "box-5", undefined]);
	expect((await list("action=audit.export")).data).toMatchObject([
		{ actor: { user_id: ann.userId }, detail: { until: "2026-02-01T00:00:00Z" } },
	]);
	expect((await gate.request("/api/v1/audit-events/export", { as: member })).status).toBe(403);
});

test("an export of many pages holds each event once", async () => {
	const eve = await gate.addPerson();
	const all = Array.from({ length: 2_500 }, (_, n) => stampAuditEvent({ ...event(eve, 1), requestId: `r${n}` }));
	await recordAudits(gate.db.pool, all);
	const response = await gate.request("/api/v1/audit-events/export", { as: eve });
	const lines = (await response.text()).trim().split("\n");
	const ids = lines.map((line) => (JSON.parse(line) as AuditEventResponse).request_id);
	// The export's own event came first.
	expect(ids.filter((id) => id?.startsWith("r") && !id.startsWith("req_"))).toEqual(all.map((one) => one.requestId));
});
