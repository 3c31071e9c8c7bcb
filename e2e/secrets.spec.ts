import { expect, type Page, test } from "@playwright/test";
import type { DevboxApi } from "../sdk/src/index.ts";
import { expectWellMade } from "./page-checks.ts";
import { apiOf, destroyAll, signInByLink, waitForState } from "./session.ts";

async function start(page: Page): Promise<DevboxApi> {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	for (const { id } of (await api.listSecrets()).data) await api.deleteSecret({ id });
	return api;
}

async function fillValue(page: Page, dialog: string, value: string): Promise<void> {
	const field = page.getByRole("dialog", { name: dialog }).getByLabel("Value", { exact: true });
	await field.fill(value);
	await expect(field).toHaveValue(value);
}

async function valueIn(api: DevboxApi, id: string, name: string): Promise<string> {
	const exec = await api.createExec({ id, argv: ["printenv", name], detach: true });
	let ended = exec;
	await expect
		.poll(
			async () => {
				ended = await api.getExec({ id, exec_id: exec.id });
				return ended.status;
			},
			{ timeout: 60_000 },
		)
		.toBe("exited");
	return ended.exit_code === 0 ? "set" : "not set";
}

/** An older value in the box: the box's page says so, and what it is after a refresh. */
async function refreshOnPage(page: Page, api: DevboxApi, id: string): Promise<void> {
	const secret = (await api.listSecrets()).data[0];
	await api.putSecretValue({ id: secret?.id ?? "", value: "third-value" });
	await page.goto(`/devboxes/${id}`);
	const environment = page.getByRole("region", { name: "Environment", exact: true });
	await expect(environment).toContainText("npm-token, version 2 of 3");
	await environment.getByRole("button", { name: "Refresh" }).click();
	await expect(environment).not.toContainText("an older value", { timeout: 60_000 });
	await expect(environment).toContainText("npm-token, version 3");
	await expect(environment).not.toContainText("of 3");
}

test("a secret is made, chosen in a create, renewed in the box that holds it, and deleted while it is used", async ({
	page,
}) => {
	test.setTimeout(240_000);
	const api = await start(page);
	await page.goto("/secrets");
	await expectWellMade(page);
	await page.getByRole("button", { name: "Add secret" }).first().click();
	const add = page.getByRole("dialog", { name: "Add secret" });
	await add.getByLabel("Name", { exact: true }).fill("npm-token");
	await add.getByLabel("Variable").fill("NPM_TOKEN");
	await fillValue(page, "Add secret", "first-value");
	await expectWellMade(page);
	await add.getByRole("button", { name: "Add secret" }).click();
	await expect(add).toBeHidden();
	await expect(page.getByRole("listitem").filter({ hasText: "npm-token" })).toContainText("version 1");

	await page.goto("/devboxes");
	await page.getByRole("button", { name: "New devbox" }).first().click();
	const create = page.getByRole("dialog", { name: "New devbox" });
	await expect(create.getByLabel("Name", { exact: true })).toBeFocused();
	await create.getByLabel("Name", { exact: true }).fill("holder");
	await create.getByRole("button", { name: /^More/ }).click();
	await create.getByRole("button", { name: "Add a variable" }).click();
	await create.getByLabel("Secret of variable 1").selectOption({ label: "npm-token" });
	await expect(create.getByLabel("Name of variable 1")).toHaveValue("NPM_TOKEN");
	await create.getByRole("button", { name: "Create devbox" }).click();
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await waitForState(api, id, "ready");
	expect(await valueIn(api, id, "NPM_TOKEN")).toBe("set");

	await page.goto("/secrets");
	await page.getByRole("button", { name: /uses and versions of npm-token/ }).click();
	const uses = page.getByRole("region", { name: "Devboxes with npm-token" });
	await expect(uses).toContainText("version 1");
	await page.getByRole("button", { name: "New value for npm-token" }).click();
	await fillValue(page, "New value for npm-token", "second-value");
	await page.getByRole("button", { name: "Set value" }).click();
	const changed = page.getByRole("dialog", { name: "npm-token has a new value" });
	await expect(changed).toContainText("holder still holds an older value");
	await expectWellMade(page);
	await changed.getByRole("button", { name: "Refresh" }).click();
	await expect.poll(async () => (await api.getEnvironment({ id })).is_stale, { timeout: 60_000 }).toBe(false);
	// The page follows without a reload.
	await expect(uses).toContainText("version 2", { timeout: 15_000 });
	await expect(uses).not.toContainText("older than the newest");
	// What the dialogs sent is what was typed.
	const sized = (await api.listSecrets()).data[0];
	expect([sized?.version, sized?.size_bytes]).toEqual([2, "second-value".length]);

	await refreshOnPage(page, api, id);
	await page.goto("/secrets");
	await page.getByRole("button", { name: /uses and versions of npm-token/ }).click();
	await expect(page.getByRole("listitem").filter({ hasText: "npm-token" })).toContainText("holder");
	await page.getByLabel("In all my boxes").check();
	await page.getByRole("button", { name: "Save" }).click();
	await expect.poll(async () => (await api.listSecrets()).data[0]?.in_all_boxes).toBe(true);
	await expectWellMade(page);

	await page.getByRole("button", { name: "Delete npm-token" }).click();
	const remove = page.getByRole("dialog", { name: "Delete npm-token?" });
	await expect(remove).toContainText("holder");
	await expectWellMade(page);
	await remove.getByRole("button", { name: "Delete secret" }).click();
	await expect(remove).toBeHidden();
	expect((await api.listSecrets()).data).toEqual([]);
	await api.deleteDevbox({ id });
});

test("another devbox like one is made in the dialog: with what it was made from, and its values given again", async ({
	page,
}) => {
	test.setTimeout(180_000);
	const api = await start(page);
	const secret = await api.createSecret({ name: "registry", value: "x" });
	const { id } = await api.createDevbox({
		name: "model",
		size: "s",
		expires_after: "7d",
		setup_commands: ["true", "printf 'a\\n'\ntrue"],
		env: [
			{ name: "TOKEN", from_secret_id: secret.id },
			{ name: "MODE", value: "fast" },
		],
	});
	await waitForState(api, id, "ready");
	await page.goto(`/devboxes/${id}?tab=settings`);
	await page.getByRole("button", { name: "Create another like it" }).click();
	const dialog = page.getByRole("dialog", { name: "New devbox like model" });
	await expect(dialog).toContainText("the value of MODE");
	await expect(dialog.getByLabel("Name of variable 2")).toBeVisible();
	await expectWellMade(page);
	await dialog.getByLabel("Name", { exact: true }).fill("model-2");
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(dialog).toContainText("Give its value again");
	const index = (await dialog.getByLabel("Name of variable 1").inputValue()) === "MODE" ? 1 : 2;
	await dialog.getByLabel(`Value of variable ${index}`).fill("slow");
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(page).not.toHaveURL(new RegExp(id));
	const made = (await api.listDevboxes({})).find(({ name }) => name === "model-2");
	await waitForState(api, made?.id ?? "", "ready");
	const [from, to] = await Promise.all([id, made?.id ?? ""].map((box) => api.getDevboxInputs({ id: box })));
	expect(to?.variables.map(({ name, source }) => `${name} ${source}`)).toEqual(
		from?.variables.map(({ name, source }) => `${name} ${source}`),
	);
	expect(to?.setup_commands[0]).toBe("true");
	expect(to?.request).toMatchObject({ size: from?.size, expires_after: from?.request.expires_after });
	await destroyAll(api);
	await api.deleteSecret({ id: secret.id });
});

test("an AI token that is being typed stays through a start", async ({ page }) => {
	test.setTimeout(180_000);
	const api = await start(page);
	const { id } = await api.createDevbox(
		{ name: "typed-in", credential_profile: { inject_claude_token: true, inject_codex_token: false } },
		{ headers: { "X-Claude-Token": "first-token" } },
	);
	await waitForState(api, id, "ready");
	await api.stopDevbox({ id });
	await waitForState(api, id, "stopped");
	await page.goto(`/devboxes/${id}`);
	const field = page.getByLabel("Give it again, as ANTHROPIC_API_KEY");
	await field.fill("second-token");
	await expect(field).toHaveValue("second-token");
	await api.startDevbox({ id });
	await waitForState(api, id, "ready");
	await expect(page.getByText("Brought in at once")).toBeVisible();
	await expect(field).toHaveValue("second-token");
	await destroyAll(api);
});
