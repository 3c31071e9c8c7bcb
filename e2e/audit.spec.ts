/** The audit log as an admin reads it: what was just done stands there, is found again, and leaves as a file. */
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./page-checks.ts";
import { apiOf, signInByLink } from "./session.ts";

test("what was done is in the audit log, with who and what, can be narrowed and exported", async ({ page }) => {
	await signInByLink(page);
	const name = `audited-${Date.now().toString(36)}`;
	const made = await apiOf(page).createApiToken({ name, scopes: ["devbox:read"] });
	await page.getByRole("link", { name: "Audit" }).click();
	await expect(page.getByRole("table")).toBeVisible();
	await page.getByRole("searchbox", { name: "Search the audit log" }).fill(name);
	await expect(page).toHaveURL(new RegExp(`q=${name}`));
	const row = page.getByRole("row").filter({ hasText: name });
	await expect(row).toHaveCount(1);
	await expect(row).toContainText("Success");
	await row.getByRole("button", { name: "Make API token" }).click();
	const dialog = page.getByRole("dialog");
	await expect(dialog).toContainText(made.id);
	await expect(dialog).not.toContainText(made.token);
	await dialog.getByRole("button", { name: "All of this target" }).click();
	await expect(page).toHaveURL(new RegExp(`target=${made.id}`));
	await expect(page.getByRole("button", { name: `Remove the filter Target ${made.id}` })).toBeVisible();
	const download = page.waitForEvent("download");
	await page.getByRole("link", { name: "Export" }).click();
	expect((await download).suggestedFilename()).toBe("audit-events.jsonl");
	await apiOf(page).revokeApiToken({ id: made.id });
});

test("the audit page has no accessibility violation, with events, with one open, and with none", async ({ page }) => {
	await signInByLink(page);
	for (const [address, there] of [
		["/audit", "table"],
		["/audit?q=nothing-is-called-so", "button"],
	] as const) {
		await page.goto(address);
		const shown = there === "table" ? page.getByRole("table") : page.getByRole("button", { name: "Clear filters" });
		await expect(shown).toBeVisible();
		await expectAccessible(page);
	}
	await page.goto("/audit");
	await page.getByRole("button", { name: "Sign in" }).first().click();
	await expect(page.getByRole("dialog")).toBeVisible();
	await expectAccessible(page);
});
