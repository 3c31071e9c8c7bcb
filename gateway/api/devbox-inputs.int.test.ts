import { afterAll, beforeAll, expect, test } from "vitest";
import type { DevboxInputsResponse } from "../../lib/contract/made-from.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;
let peer: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson();
	peer = await gate.addPerson({ workspaceId: ann.workspaceId });
});

afterAll(() => gate.close());

const commit = "0123456789abcdef0123456789abcdef01234567";

test("a devbox says what it was made from, and gives the request that makes another like it, without a value", async () => {
	const body = {
		name: "first",
		size: "m",
		env: { GREETING: "marked-value" },
		setup_commands: ["echo hello"],
		repositories: [{ full_name: "org/repo", ref: "main" }],
		credential_profile: { inject_claude_token: true },
	};
	const headers = { "X-Claude-Token": "marked-token" };
	const created = await gate.request("/api/v1/devboxes", { as: ann, body, headers });
	expect(created.status).toBe(202);
	const { id } = (await created.json()) as { id: string };
	await gate.db.prisma.devboxRepository.updateMany({ where: { devboxId: id }, data: { commit } });
	const response = await gate.request(`/api/v1/devboxes/${id}/inputs`, { as: ann });
	const text = await response.text();
	expect(text).not.toContain("marked-");
	const inputs = JSON.parse(text) as DevboxInputsResponse;
	expect(inputs).toMatchObject({
		image_ref: "builtin:base@0",
		size: "m",
		repositories: [{ full_name: "org/repo", commit }],
		variables: [{ name: "GREETING", source: "value" }],
		setup_commands: ["echo hello"],
		missing: ["env.GREETING", "X-Claude-Token"],
	});
	const again = await gate.request("/api/v1/devboxes", { as: ann, body: inputs.request });
	expect(again.status).toBe(202);
	const second = ((await again.json()) as { id: string }).id;
	const made = await gate.request(`/api/v1/devboxes/${second}/inputs`, { as: ann });
	expect((await made.json()) as DevboxInputsResponse).toMatchObject({
		size: "m",
		setup_commands: ["echo hello"],
		repositories: [{ full_name: "org/repo", ref: commit, target_path: "/workspaces/repo" }],
	});
	expect((await gate.request(`/api/v1/devboxes/${id}/inputs`, { as: peer })).status).toBe(404);
});
