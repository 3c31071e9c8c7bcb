import { expect, type Page, test } from "@playwright/test";
import type { DevboxApi } from "../sdk/src/index.ts";
import { expectAccessible } from "./page-checks.ts";
import { apiOf, destroyAll, signInByLink, waitForState } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

/** The workspace's defaults as they come, whatever an earlier run has left. */
async function resetDefaults(api: DevboxApi): Promise<void> {
	const { version } = await api.getWorkspaceDefaults();
	await api.updateWorkspaceDefaults({
		version,
		image: { value: "builtin:base", locked: false },
		size: { value: "s", locked: false },
		repository: { value: null, locked: false },
		setup_commands: { value: [], locked: false },
		setup_timeout_seconds: { value: 900, locked: false },
		auto_stop_idle_timeout: { value: "never", locked: false },
		expires_after: { value: "never", locked: false },
		network_policy: { value: { mode: "open", egress_domains: [] }, locked: false },
		devboxes_per_member: { value: 10, locked: false },
	});
}

async function start(page: Page): Promise<DevboxApi> {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	await resetDefaults(api);
	return api;
}

/** Until it hears keys: what the server sent looks the same before, and its own request is what the quota comes by. */
async function openList(page: Page): Promise<void> {
	await page.goto("/devboxes");
	await expect(page.getByText("devboxes used")).toBeVisible();
}

test("a devbox is made with two keys, and one with all that More has, by keyboard alone", async ({ page }) => {
	const api = await start(page);
	await openList(page);
	await page.keyboard.press("c");
	await expect(page.getByRole("dialog").getByLabel("Name", { exact: true })).toBeFocused();
	await page.keyboard.press("Enter");
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);

	await openList(page);
	await page.keyboard.press("c");
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await expect(dialog.getByLabel("Name", { exact: true })).toBeFocused();
	await page.keyboard.type("by-keyboard");
	await dialog.getByRole("button", { name: "More" }).press("Enter");
	await dialog.getByRole("button", { name: "Add a variable" }).press("Enter");
	await dialog.getByLabel("Name of variable 1").focus();
	await page.keyboard.type("GREETING");
	await page.keyboard.press("Tab");
	await page.keyboard.type("hello there");
	await dialog.getByLabel("Setup commands").focus();
	await page.keyboard.type('echo "$GREETING" > ~/greeting');
	await dialog.getByLabel("Stop when idle").focus();
	await page.keyboard.type("After 1 hour");
	await expectAccessible(page);
	await dialog.getByText("The same as a request").click();
	await expect(dialog.getByRole("region", { name: "curl request" })).toContainText("********");
	await expect(dialog.getByRole("region", { name: "curl request" })).not.toContainText("hello there");
	await dialog.getByLabel("Name", { exact: true }).press("Enter");
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await waitForState(api, id, "ready");
	expect(await api.getDevbox({ id })).toMatchObject({ name: "by-keyboard", auto_stop_idle_timeout: "1h" });
	const terminal = new TerminalPage(page);
	await terminal.open(id);
	await terminal.run("cat ~/greeting");
	await terminal.waitForText(/hello there/);
	await destroyAll(api);
});

test("a locked value is shown as locked, and a create that asks for another is refused at its field", async ({
	page,
}) => {
	const api = await start(page);
	await page.goto("/settings/defaults");
	await page.getByLabel("Size", { exact: true }).selectOption("m");
	await page.getByRole("switch", { name: "Lock: Size" }).click();
	await page.getByLabel("Setup timeout", { exact: true }).fill("5");
	await page.getByRole("button", { name: "Save defaults" }).click();
	await expect(page.getByRole("alert").filter({ hasText: "30 to 3600" })).toBeVisible();
	await expectAccessible(page);
	await page.getByLabel("Setup timeout", { exact: true }).fill("600");

	// Somebody else is first: nothing is written over, and the page says so.
	const { version } = await api.getWorkspaceDefaults();
	await api.updateWorkspaceDefaults({ version, expires_after: { value: "3d" } });
	await page.getByRole("button", { name: "Save defaults" }).click();
	await expect(page.getByText("Somebody else changed the defaults meanwhile")).toBeVisible();
	await page.getByRole("button", { name: "Load what holds now" }).click();
	await expect(page.getByLabel("Destroy", { exact: true })).toHaveValue("3d");
	await page.getByLabel("Size", { exact: true }).selectOption("m");
	await page.getByRole("switch", { name: "Lock: Size" }).click();
	await page.getByRole("button", { name: "Save defaults" }).click();
	await expect(page.getByRole("button", { name: "Save defaults" })).toBeHidden();

	await page.goto("/devboxes?create=1");
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await expect(dialog.getByText("Locked by the workspace")).toBeVisible();
	await expect(dialog.getByRole("radio", { name: /^m/ })).toBeChecked();
	await expect(dialog.getByRole("radio", { name: /^s/ })).toBeDisabled();
	await expect(api.createDevbox({ name: "refused", size: "l" })).rejects.toMatchObject({
		code: "invalid",
		fields: [{ loc: ["body", "size"], msg: expect.stringContaining("The workspace fixes the size to m") }],
	});
	const box = await api.createDevbox({ name: "inherits" });
	expect(box).toMatchObject({ size: "m", expires_after: "3d", resolved: { size: { value: "m", from: "locked" } } });
	await page.goto(`/devboxes/${box.id}?tab=settings`);
	await page.getByLabel("Destroy, counted from now").selectOption("never");
	await expect(page.getByText("It lives until it is destroyed.")).toBeVisible();
	await resetDefaults(api);
	await destroyAll(api);
});

test("setup output is live; the first command that fails opens by itself, and its devbox can be looked into", async ({
	page,
}) => {
	const api = await start(page);
	const box = await api.createDevbox({
		name: "fails",
		setup_commands: ["printf '\\033[31mcoloured\\033[0m\\n'; sleep 8", "echo left > ~/evidence; cat /nowhere"],
	});
	await page.goto(`/devboxes/${box.id}`);
	const output = page.getByRole("region", { name: "Output" });
	await expect(output).toContainText("coloured", { timeout: 60_000 });
	expect((await api.getDevbox({ id: box.id })).state).toBe("provisioning");
	await expect(output.getByText("coloured", { exact: true })).toHaveClass(/text-bad/);
	await waitForState(api, box.id, "failed");
	await expect(page.getByText("Command 2 of 2 failed with exit code 1").first()).toBeVisible();
	await expect(output).toContainText("cat: /nowhere");
	await page.getByRole("button", { name: "Search the output" }).click();
	await page.getByLabel("Search for").fill("nowhere");
	await expect(output).not.toContainText("coloured");
	await expectAccessible(page);
	const terminal = new TerminalPage(page);
	await terminal.open(box.id);
	await terminal.run("cat ~/evidence");
	await terminal.waitForText(/left/);
	await destroyAll(api);
});

test("the checklist shows what is left, and is put away for good", async ({ page }) => {
	const api = await start(page);
	await api.updateOnboarding({ is_dismissed: false });
	await page.goto("/devboxes");
	// Nothing here connects this account to GitHub, so that one step is always left.
	expect((await api.getOnboarding()).is_done).toBe(false);
	const list = page.getByRole("region", { name: "First steps" });
	await expect(list).toContainText("Make a token");
	await list.getByRole("button", { name: "Put the checklist away" }).click();
	await expect(list).toBeHidden();
	await page.reload();
	await expect(page.getByRole("button", { name: "New devbox" }).first()).toBeVisible();
	await expect(list).toBeHidden();
});
