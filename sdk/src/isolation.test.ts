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

const bodies = () => server.requests.map(({ body }) => JSON.parse(body.toString()) as unknown);

test("an audit is asked for of one host, or of every one", async () => {
	server.on("POST /isolation-reports", json(202, { data: [{ id: "iso_1" }] }));
	expect(await c.isolation.run()).toEqual([{ id: "iso_1" }]);
	await c.isolation.run({ hostId: "host_1" });
	expect(server.requests.map(({ body }) => body.toString())).toEqual(["", '{"host_id":"host_1"}']);
});

test("a wait for a report ends with the report, and with its signal", async () => {
	server.on(
		"GET /isolation-reports/iso_1",
		json(200, { id: "iso_1", status: "failed", finished_at: "2026-01-01T00:00:00Z" }),
	);
	expect((await c.isolation.waitForReport("iso_1")).status).toBe("failed");
	server.on("GET /isolation-reports/iso_2", json(200, { id: "iso_2", status: "running", finished_at: null }));
	const wait = c.isolation.waitForReport("iso_2", { signal: AbortSignal.timeout(200) });
	await expect(wait).rejects.toThrow();
});

test("the interval is changed, and audits by time are ended, without a word about other rules", async () => {
	server.on("PATCH /workspace", json(200, {}));
	await c.isolation.auditEvery(30);
	await c.isolation.auditEvery(null);
	expect(bodies()).toEqual([{ isolation_every_days: 30 }, { isolation_every_days: null }]);
});

test("evidence is read by pages, and exported as it is written", async () => {
	server.on("GET /isolation-evidence", json(200, { devboxes: [], next_cursor: null }));
	server.on("GET /isolation-evidence/export", (response) => {
		response.writeHead(200, { "content-type": "application/octet-stream" });
		response.write("# Isolation");
		response.end(" evidence\n");
	});
	expect((await c.isolation.evidence({ at: "2026-01-01T00:00:00Z", limit: 5 })).devboxes).toEqual([]);
	const document = await c.isolation.exportEvidence({ format: "markdown" });
	expect(await new Response(document).text()).toBe("# Isolation evidence\n");
	expect(server.requests.map(({ path }) => path)).toEqual([
		"/isolation-evidence?at=2026-01-01T00%3A00%3A00Z&limit=5",
		"/isolation-evidence/export?format=markdown",
	]);
});
