import { expect, test } from "@playwright/test";
import { apiOf, createReady, destroyAll, signInByGithub, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

test("only members of allowed organisations and invited logins get in; others are told whom to ask", async ({
	page,
	browser,
}) => {
	await signInByGithub(page, "ada");
	await expect(page).toHaveURL(/\/devboxes/);

	// Nobody that an earlier run has invited.
	const login = `guest-${Date.now().toString(36)}`;
	const other = await (await browser.newContext()).newPage();
	await signInByGithub(other, login);
	await expect(other.getByRole("alert").first()).toContainText(/Sign-up is closed.*Ask/);

	const owner = await (await browser.newContext()).newPage();
	await signInByLink(owner);
	await apiOf(owner).createInvitation({ github_login: login.toUpperCase(), role: "member" });
	await signInByGithub(other, login);
	await expect(other).toHaveURL(/\/devboxes/);

	await signInByGithub(await (await browser.newContext()).newPage(), "mallory");
	const profile = await apiOf(other).getProfile();
	expect(profile).toMatchObject({ user: { login }, role: "member" });
	await expect(apiOf(other).listMembers()).rejects.toMatchObject({ status: 403 });
});

test("two users never see each other's boxes, and a revoked session ends at once with its terminal", async ({
	page,
	browser,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	const id = await createReady(api, `private-${Date.now() % 1_000_000}`);

	const stranger = await (await browser.newContext()).newPage();
	await signInByGithub(stranger, "ada");
	const strangersApi = apiOf(stranger);
	expect((await strangersApi.listDevboxes()).map((box) => box.id)).not.toContain(id);
	for (const call of [
		strangersApi.getDevbox,
		strangersApi.deleteDevbox,
		strangersApi.stopDevbox,
		strangersApi.listPorts,
		strangersApi.getMetrics,
	]) {
		await expect(call({ id })).rejects.toMatchObject({ status: 404 });
	}
	await stranger.goto(`/devboxes/${id}`);
	await expect(stranger.getByText(/There is no such devbox/).first()).toBeVisible();

	const second = await (await browser.newContext()).newPage();
	await signInByLink(second);
	const terminal = new TerminalPage(second);
	await terminal.open(id);
	const sessions = (await apiOf(second).listSessions()).data;
	const current = sessions.find((session) => session.is_current);
	await api.revokeSession({ id: current?.id ?? "" });
	await expect.poll(async () => (await second.request.get("/api/v1/devboxes")).status(), { timeout: 5_000 }).toBe(401);
	await expect(second).toHaveURL(/\/sign-in/, { timeout: 15_000 });
	await destroyAll(api);
});
