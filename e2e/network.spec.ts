/** Network policies in the browser: a devbox made with one, a blocked name asked for and approved, a list from what was seen, a locked default. */
import { expect, type Page, test } from "@playwright/test";
import { type Box, Compute, type DevboxApi, type NetworkPolicyRequest } from "../sdk/src/index.ts";
import { install } from "./install.ts";
import { expectAccessible } from "./page-checks.ts";
import { apiOf, destroyAll, signInByLink, waitForState } from "./session.ts";

const open: NetworkPolicyRequest = { mode: "open", egress_domains: [] };

/** No devbox, no named policy, and the default as it comes, whatever an earlier run has left. */
async function start(page: Page): Promise<{ api: DevboxApi; compute: Compute }> {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const { version } = await api.getWorkspaceDefaults();
	await api.updateWorkspaceDefaults({ version, network_policy: { value: open, locked: false } });
	await expect
		.poll(async () => {
			const { data } = await api.listNetworkPolicies();
			for (const { id } of data) await api.deleteNetworkPolicy({ id }).catch(() => undefined);
			return data.length;
		})
		.toBe(0);
	const scopes = ["devbox:read", "devbox:write", "exec"] as const;
	const { token } = await api.createApiToken({ name: "network spec", expires_in_days: 1, scopes: [...scopes] });
	return { api, compute: new Compute({ apiKey: token, baseUrl: install.url }) };
}

/** Nothing here has an Internet: a name that the policy allows is one that the box's resolver answers. */
async function isAllowed(box: Box, name: string): Promise<boolean> {
	return (await box.exec(["getent", "hosts", name])).exitCode === 0;
}
const untilAllowed = (box: Box, name: string, expected: boolean) =>
	expect.poll(() => isAllowed(box, name), { timeout: 30_000 }).toBe(expected);

test("a blocked name is seen live, asked for, approved for a time, and taken back", async ({ page }) => {
	const { api, compute } = await start(page);
	await page.goto("/devboxes?create=1");
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await expect(dialog.getByLabel("Name", { exact: true })).toBeFocused();
	await dialog.getByLabel("Name", { exact: true }).fill("listed");
	await dialog.getByRole("button", { name: "More" }).click();
	await dialog.getByLabel("Network policy", { exact: true }).selectOption("Listed names only");
	await dialog.getByLabel("Names", { exact: true }).fill("*");
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(dialog.getByRole("alert").filter({ hasText: "would be everything" })).toBeVisible();
	await dialog.getByLabel("Names", { exact: true }).fill("allowed.example");
	await expectAccessible(page);
	await dialog.getByText("The same as a request").click();
	await expect(dialog.getByRole("region", { name: "curl request" })).toContainText(
		'"network_policy":{"mode":"enforce","egress_domains":["allowed.example"]}',
	);
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await waitForState(api, id, "ready");
	const box = await compute.box.get(id);
	expect(await isAllowed(box, "allowed.example")).toBe(true);

	await page.goto(`/devboxes/${id}?tab=network`);
	await expect(page.getByRole("heading", { name: "Decisions" })).toBeVisible();
	expect(await isAllowed(box, "blocked.example")).toBe(false);
	await page.getByRole("button", { name: "Ask an admin for blocked.example" }).click();
	await page.getByLabel("What for").fill("npm ci");
	await expectAccessible(page);
	await page.getByRole("button", { name: "Ask an admin", exact: true }).click();
	await expect(page.getByText("Waits for an admin")).toBeVisible();
	await expectAccessible(page);

	await page.getByRole("link", { name: /Settings/ }).click();
	await page.getByRole("link", { name: /Network/ }).click();
	await page.getByRole("tab", { name: /Requests/ }).click();
	await page.getByRole("button", { name: "Approve blocked.example" }).click();
	await page.getByLabel("How long").selectOption("For an hour, this devbox");
	await expectAccessible(page);
	await page.getByRole("button", { name: "Approve", exact: true }).click();
	const answered = page.getByRole("list", { name: "Answered requests" });
	const approved = answered
		.getByRole("listitem")
		.filter({ hasText: "blocked.example" })
		.filter({ hasText: "for listed" });
	await expect(approved.first()).toContainText("Approved");
	await untilAllowed(box, "blocked.example", true);

	// The devbox itself asks, and the page that is open hears of it.
	const told = await box.exec(["devbox-network"]);
	expect(told.stdout).toContain("blocked.example  approved, until");
	expect((await box.exec(["devbox-network", "ask", "inside.example", "--reason", "tests"])).exitCode).toBe(0);
	const waiting = page.getByRole("list", { name: "Requests that wait" });
	await expect(waiting.getByText("From the devbox: tests")).toBeVisible();
	await page.getByRole("button", { name: "Decline inside.example" }).click();
	await page.getByLabel("Why").fill("Use the mirror.");
	await page.getByRole("button", { name: "Decline", exact: true }).click();
	await expect(answered.getByText("Use the mirror.").first()).toBeVisible();

	await page.getByRole("button", { name: "End the approval of blocked.example" }).click();
	await untilAllowed(box, "blocked.example", false);
	for (const section of ["policies", "decisions", "filters"]) {
		await page.goto(`/settings/network?section=${section}`);
		await expect(page.getByRole("tabpanel")).not.toBeEmpty();
		await expectAccessible(page);
	}
	await destroyAll(api);
});

test("what was seen becomes the devbox's list; what is for the setup alone ends before it is ready", async ({
	page,
}) => {
	const { api, compute } = await start(page);
	const { id } = await api.createDevbox({
		name: "phases",
		network_policy: { mode: "none", setup: { egress_domains: ["setup.example"] } },
		setup_commands: ["getent hosts setup.example >~/seen", "! getent hosts other.example"],
	});
	await waitForState(api, id, "ready");
	const box = await compute.box.get(id);
	expect(await box.files.readText("seen")).toContain("setup.example");
	expect(await isAllowed(box, "setup.example")).toBe(false);
	await box.stop();
	await box.start();
	expect(await isAllowed(box, "setup.example")).toBe(false);

	for (const name of ["a.cdn.example", "b.cdn.example", "c.cdn.example"]) await isAllowed(box, name);
	await page.goto(`/devboxes/${id}?tab=network`);
	await expect(page.getByRole("row", { name: /c\.cdn\.example/ })).toBeVisible();
	await page.getByRole("button", { name: "Propose a list…" }).click();
	const dialog = page.getByRole("dialog", { name: "A list from what was seen" });
	await dialog.getByLabel(/\*\.cdn\.example/).uncheck();
	await dialog.getByLabel(/\*\.cdn\.example/).check();
	await dialog.getByLabel(/setup\.example/).uncheck();
	await dialog.getByLabel(/other\.example/).uncheck();
	await expectAccessible(page);
	await dialog.getByRole("button", { name: "Save as its list" }).click();
	await expect(dialog).toBeHidden();
	await untilAllowed(box, "d.cdn.example", true);
	expect(await isAllowed(box, "other.example")).toBe(false);

	// A list that is being written outlives a change from elsewhere.
	const names = page.getByLabel("Names", { exact: true });
	await names.fill("written.example");
	await api.changeDevboxNetwork({ id, egress_domains: ["elsewhere.example"] });
	await expect(page.getByText("This policy was changed meanwhile.")).toBeVisible();
	await expect(names).toHaveValue("written.example");
	await page.getByRole("button", { name: "Load what holds now" }).click();
	await expect(names).toHaveValue("elsewhere.example");
	await destroyAll(api);
});

test("a named policy that is the locked default is what every devbox gets", async ({ page }) => {
	const { api } = await start(page);
	const older = await api.createDevbox({ name: "older" });
	await page.goto("/settings/network");
	await page.getByRole("button", { name: "New policy" }).click();
	const dialog = page.getByRole("dialog", { name: "New policy" });
	await dialog.getByLabel("Name", { exact: true }).fill("agents");
	await dialog.getByLabel("Names", { exact: true }).fill("github.com");
	await dialog.getByLabel("While it is set up").selectOption("Everything public, each decision noted");
	await dialog.getByRole("button", { name: "Make policy" }).click();
	await page.getByRole("button", { name: "Change agents" }).click();
	const change = page.getByRole("dialog", { name: "Change agents" });
	const names = change.getByLabel("Names", { exact: true });
	await names.fill("written.example");
	for (const { id } of (await api.listNetworkPolicies()).data)
		await api.changeNetworkPolicy({ id, add_domains: ["added.example"] });
	await expect(change.getByText("Somebody else changed the policy meanwhile")).toBeVisible();
	await expect(names).toHaveValue("written.example");
	await change.getByRole("button", { name: "Load what holds now" }).click();
	await expect(names).toHaveValue("added.example\ngithub.com");
	await change.getByRole("button", { name: "Cancel" }).click();
	await page.getByLabel("Network policy", { exact: true }).selectOption("agents");
	await page.getByRole("switch", { name: "Lock: Network policy" }).click();
	await page.getByRole("button", { name: "Save defaults" }).click();
	await expect(page.getByRole("button", { name: "Save defaults" })).toBeHidden();

	await page.goto("/devboxes?create=1");
	const create = page.getByRole("dialog", { name: "New devbox" });
	await create.getByRole("button", { name: "More" }).click();
	await expect(create.getByText("Locked by the workspace")).toBeVisible();
	await expect(create.getByLabel("Network policy", { exact: true })).toBeDisabled();
	await expect(create.getByLabel("Network policy", { exact: true })).toHaveValue("policy:agents");
	await expect(api.createDevbox({ name: "refused", network_policy: open })).rejects.toMatchObject({
		code: "invalid",
		fields: [{ loc: ["body", "network_policy"] }],
	});
	const box = await api.createDevbox({ name: "follows" });
	expect(box.resolved?.network_policy).toEqual({ value: { policy: "agents" }, from: "locked" });
	await page.goto("/settings/network");
	await page.getByRole("button", { name: "1 devbox that follows agents" }).click();
	await expect(page.getByRole("listitem").filter({ hasText: "follows" }).first()).toBeVisible();
	await page.getByRole("button", { name: "Delete agents" }).click();
	await expect(page.getByRole("button", { name: "Delete policy" })).toBeDisabled();
	await expectAccessible(page);

	// One from before the lock can be brought to it, and to nothing else.
	await page.goto(`/devboxes/${older.id}?tab=network`);
	await expect(page.getByLabel("Policy", { exact: true })).toBeDisabled();
	await page.getByRole("button", { name: "Follow the workspace's policy" }).click();
	await expect(page.getByRole("button", { name: "Follow the workspace's policy" })).toBeHidden();
	expect(await api.getDevboxNetwork({ id: older.id })).toMatchObject({ policy: "agents", is_locked: true });
	await destroyAll(api);
	const { version } = await api.getWorkspaceDefaults();
	await api.updateWorkspaceDefaults({ version, network_policy: { value: open, locked: false } });
});
