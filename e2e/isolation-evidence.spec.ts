/** What an auditor is shown and takes along, and the interval of audits as an admin sets it. */
import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll, narrow } from "./page-checks.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";

async function download(page: Page, label: string): Promise<string> {
	const [file] = await Promise.all([
		page.waitForEvent("download"),
		page.getByRole("link", { name: label, exact: true }).click(),
	]);
	expect(file.suggestedFilename()).toMatch(/^isolation-evidence-\d{4}-\d\d-\d\d\.(json|md)$/);
	return readFile(await file.path(), "utf8");
}

test("evidence shows boxes, policies and hosts of today and of a past day, and is taken along", async ({ page }) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	// A devbox counts until its engine has confirmed that it is gone.
	await expect.poll(async () => (await api.getIsolationEvidence({})).devbox_count, { timeout: 60_000 }).toBe(0);
	await createReady(api, "evident");
	await page.goto("/settings/network?section=evidence");
	await expect(page.getByRole("region", { name: "Devboxes (1)" })).toContainText("evident");
	const { hosts, problems } = await api.getIsolationEvidence({});
	for (const { host } of hosts) await expect(page.getByRole("region", { name: "Hosts" })).toContainText(host.name);
	const alert = page.getByRole("alert").filter({ hasText: "Not in order" });
	if (problems.length > 0) await expect(alert).toContainText(problems[0] ?? "");
	else {
		const fresh = hosts.flatMap(({ host, is_new }) => (is_new ? [host.name] : []));
		const words =
			fresh.length > 0 ? `New and not audited yet: ${fresh.join(", ")}.` : "Every host passed its last audit";
		await expect(page.getByText(words)).toBeVisible();
	}
	await expectAccessible(page);

	const markdown = await download(page, "Export Markdown");
	expect(markdown).toMatch(/^# Isolation evidence of /);
	expect(markdown).toMatch(/^\| evident /m);
	const json = JSON.parse(await download(page, "Export JSON")) as { devboxes: { name: string }[] };
	expect(json.devboxes.map(({ name }) => name)).toEqual(["evident"]);
	const { data: events } = await api.listAuditEvents({ action: "isolation.export", limit: 2 });
	expect(events.map(({ detail }) => detail.format)).toEqual(["json", "markdown"]);

	await page.getByLabel("As of the end of").fill("2026-01-01");
	await expect(page.getByText("There was no devbox then.")).toBeVisible();
	await expect(page).toHaveURL(/date=2026-01-01/);
	await expectAccessible(page);
	await page.setViewportSize(narrow);
	await page.getByRole("button", { name: "Now", exact: true }).click();
	await expect(page.getByRole("region", { name: "Devboxes (1)" })).toContainText("evident");
	await expectNoSidewaysScroll(page);
	await destroyAll(api);
});

// Also after a failure: other specs find audits by time as they come.
test.afterEach(async ({ page }) => {
	await apiOf(page).updateWorkspace({ isolation_every_days: 90 });
});

test("an admin sets how far audits are apart, or has none by time", async ({ page }) => {
	await signInByLink(page);
	const api = apiOf(page);
	await api.updateWorkspace({ isolation_every_days: 90 });
	await page.goto("/settings/network?section=isolation");
	const days = page.getByLabel("Days between two audits");
	await expect(days).toHaveValue("90");
	await days.fill("0");
	await page.getByRole("button", { name: "Save interval" }).click();
	await expect(page.getByRole("alert").filter({ hasText: "At least 1 day" })).toBeVisible();
	await days.fill("30");
	await page.getByRole("button", { name: "Save interval" }).click();
	await expect(page.getByRole("button", { name: "Save interval" })).toBeHidden();
	expect((await api.getWorkspace({})).isolation_every_days).toBe(30);
	await page.getByLabel("Audit every host by time").uncheck();
	await page.getByRole("button", { name: "Save interval" }).click();
	await expect(page.getByText("none comes by time").first()).toBeVisible();
	expect((await api.getWorkspace({})).isolation_every_days).toBeNull();
	await page.reload();
	await expect(page.getByLabel("Audit every host by time")).not.toBeChecked();
	await expectAccessible(page);
	const { data: events } = await api.listAuditEvents({ action: "workspace.update", limit: 2 });
	expect(events.map(({ detail }) => detail.isolation_every_days)).toEqual([null, 30]);
});
