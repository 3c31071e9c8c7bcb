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

test("whoever is removed is named in the address, and what becomes of their devboxes in the body", async () => {
	server.on("POST /members/usr_1/remove", json(200, { devboxes: [] }));
	await c.workspace.members.remove("usr_1", { devboxes: { transfer_to: "usr_2" } });
	expect(server.requests[0]).toMatchObject({ path: "/members/usr_1/remove" });
	expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ devboxes: { transfer_to: "usr_2" } });
});

test("a link that was made is not made again when its answer is lost", async () => {
	server.on("POST /invitation-links", (response) => response.destroy());
	await expect(c.workspace.invitations.createLink({ uses_max: 3 })).rejects.toMatchObject({ code: "network" });
	expect(server.requests).toHaveLength(1);
});
