import { expect, test } from "@playwright/test";
import { expectAccessible, expectWellMade } from "./page-checks.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";

test("every page is accessible in light and dark, and fits 360 px", async ({ page }) => {
	await page.goto("/sign-in");
	await expectAccessible(page, "sign-in");
	await signInByLink(page);
	const api = apiOf(page);
	const id = await createReady(api, "page-check");
	const paths = [
		"/devboxes",
		"/devboxes?create=1",
		`/devboxes/${id}?tab=overview`,
		`/devboxes/${id}?tab=connect`,
		`/devboxes/${id}?tab=files`,
		`/devboxes/${id}?tab=commands`,
		`/devboxes/${id}?tab=ports`,
		`/devboxes/${id}?tab=settings`,
		"/settings",
		"/settings/tokens",
		"/settings/members",
		"/settings/defaults",
		"/settings/network",
		"/settings/network?section=identity",
		"/settings/network?section=tailscale",
		"/settings/network?section=isolation",
		"/settings/network?section=evidence",
		"/settings/personal",
		"/docs/api",
		"/docs/security",
		"/hosts",
	];
	for (const path of paths) {
		await page.goto(path);
		await page.waitForLoadState("load");
		await expect(page.getByRole("heading").first()).toBeVisible();
		await expectWellMade(page);
	}
	await destroyAll(api);
});

test("the list is live and driven by keyboard: c creates, Enter opens, s stops, Start brings it back", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	await page.goto("/devboxes");
	await expect(page.getByRole("button", { name: "New devbox" }).first()).toBeVisible();
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	// The page is painted by the server before it listens to keys.
	await expect(async () => {
		await page.keyboard.press("c");
		await expect(dialog).toBeVisible({ timeout: 1_000 });
	}).toPass();
	await dialog.getByLabel("Name", { exact: true }).fill("Bad Name");
	await page.keyboard.press("Enter");
	await expect(dialog.getByRole("alert").first()).toContainText("lower-case letters");
	await dialog.getByLabel("Name", { exact: true }).fill("by-keyboard");
	await page.keyboard.press("Enter");
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await expect.poll(async () => (await api.getDevbox({ id })).state, { timeout: 60_000 }).toBe("ready");

	await page.goto("/devboxes");
	// Another program stops it: the open page shows it without a reload.
	await expect(page.getByText("Ready", { exact: true }).first()).toBeVisible();
	await api.stopDevbox({ id });
	await expect(page.getByText("Stopped", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
	await page.goto(`/devboxes/${id}`);
	// The answer to the click comes last, after the events of all that it led to: it must not bring back how the box was.
	const isReady = () => expect.poll(async () => (await api.getDevbox({ id })).state, { timeout: 60_000 }).toBe("ready");
	await page.route(`**/devboxes/${id}/start`, async (route) => {
		const response = await route.fetch();
		await isReady();
		await expect(page.locator("header").getByText("Ready", { exact: true }).first()).toBeVisible();
		await route.fulfill({ response });
	});
	const answered = page.waitForResponse(`**/devboxes/${id}/start`);
	await page.getByRole("button", { name: "Start" }).click();
	await isReady();
	await (await answered).finished();
	await expect(page.getByRole("button", { name: "Stop" })).toBeEnabled();
	await expect(page.locator("header").getByText("Ready", { exact: true }).first()).toBeVisible();

	await expect(api.createDevbox({ name: "by-keyboard" })).rejects.toMatchObject({ status: 409, code: "name_taken" });
	await expect(api.createDevbox({ name: "x", size: "huge" })).rejects.toMatchObject({ status: 422 });
	await destroyAll(api);
});
