import { afterEach, beforeEach, expect, test } from "vitest";
import { Compute } from "./compute.ts";
import { json, type ScriptedServer, startScriptedServer } from "./testing/scripted-server.ts";

let server: ScriptedServer;
let c: Compute;
beforeEach(async () => {
	server = await startScriptedServer();
	c = new Compute({ apiKey: "k", baseUrl: server.url });
});
afterEach(() => server.close());

test("a page of the audit log says where the next one begins", async () => {
	server.on("GET /audit-events", json(200, { data: [{ id: "evt_1" }], next_cursor: "41" }));
	const page = await c.audit.list({ action: "token.create", limit: 1 });
	expect(page).toEqual({ events: [{ id: "evt_1" }], nextCursor: "41" });
	expect(server.requests[0]?.path).toBe("/audit-events?action=token.create&limit=1");
});

test("an export is event by event, however its lines were cut on the way", async () => {
	server.on("GET /audit-events/export", (response) => {
		response.writeHead(200, { "content-type": "application/x-ndjson" });
		response.write('{"id":"evt_1","login":"gr\u00e9');
		response.write('gory"}\n{"id":"evt_2"}\n{"id":');
		response.end('"evt_3"}\n');
	});
	const ids: string[] = [];
	for await (const event of c.audit.export({ since: "2026-01-01T00:00:00Z" })) ids.push(event.id);
	expect(ids).toEqual(["evt_1", "evt_2", "evt_3"]);
});
