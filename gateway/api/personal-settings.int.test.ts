import { afterAll, beforeAll, expect, test } from "vitest";
import type { Scope } from "../../lib/domain/actor.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let gate: TestGateway;
let ann: TestPerson;

beforeAll(async () => {
	gate = await startTestGateway();
	ann = await gate.addPerson({ role: "member" });
});
afterAll(() => gate.close());

async function change(body: object, scopes: Scope[]): Promise<number> {
	const { token } = await gate.addToken(ann, { scopes });
	const headers = { authorization: `Bearer ${token}` };
	return (await gate.request("/api/v1/users/me/settings", { method: "PATCH", body, headers })).status;
}
const settingsOf = () => gate.db.prisma.userSettings.findUnique({ where: { userId: ann.userId } });

test.each([
	{ dotfiles_repository: "github.com/mallory/dotfiles" },
	{ dotfiles_ref: "evil" },
	{ dotfiles_script: "evil.sh" },
	{ shell: "fish" },
	{ editor: "evil" },
	{ commit_name: "Ann", editor: null },
])("a token that may not use secrets inside devboxes cannot decide what runs beside them: %o", async (body) => {
	expect(await change(body, ["devbox:read", "devbox:write"])).toBe(403);
	expect(await change(body, ["devbox:write", "exec"])).toBe(403);
	expect(await change(body, ["devbox:write", "secret:use"])).toBe(403);
	expect(await settingsOf()).toBeNull();
});

test("a token for both, and a browser, can; the commit identity is free", async () => {
	expect(await change({ commit_name: "Ann" }, ["devbox:write"])).toBe(200);
	expect(await change({ shell: "zsh" }, ["devbox:write", "exec", "secret:use"])).toBe(200);
	const byBrowser = await gate.request("/api/v1/users/me/settings", {
		as: ann,
		method: "PATCH",
		body: { editor: "vim" },
	});
	expect(byBrowser.status).toBe(200);
	expect(await settingsOf()).toMatchObject({ commitName: "Ann", shell: "zsh", editor: "vim" });
});
