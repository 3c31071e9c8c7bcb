import { expect, test } from "@playwright/test";
import { instancesOf } from "./install.ts";
import { apiOf, createReady, destroyAll, signInByLink, waitForState } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

test("several devboxes are selected by mouse and by keyboard, stopped together, started and destroyed together", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const names = ["bulk-a", "bulk-b", "bulk-c", "bulk-kept"];
	const ids = await Promise.all(names.map((name) => createReady(api, name)));
	const [a, b, c, kept] = ids;
	if (!a || !b || !c || !kept) throw new Error("Four boxes were asked for.");
	await api.stopDevbox({ id: c });
	await waitForState(api, c, "stopped");

	await page.goto("/devboxes?sort=name");
	const bar = page.getByRole("region", { name: "Selected devboxes" });
	const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
	const select = (name: string) => page.getByRole("checkbox", { name: `Select ${name}` });

	// The first by mouse, the others up to the third with Shift.
	await row("bulk-a").hover();
	await select("bulk-a").click();
	await expect(bar).toContainText("1 selected");
	await row("bulk-c").hover();
	await select("bulk-c").click({ modifiers: ["Shift"] });
	await expect(bar).toContainText("3 selected");
	await expect(select("bulk-b")).toBeChecked();
	await page.keyboard.press("Escape");
	await expect(bar).toBeHidden();

	// The same by keyboard.
	await page.keyboard.press("j");
	for (let count = 0; count < 3; count++) {
		await page.keyboard.press("x");
		await page.keyboard.press("j");
	}
	await expect(bar).toContainText("3 selected");
	await expect(select("bulk-kept")).not.toBeChecked();
	// Only the two that run can be stopped, only the one that does not be started.
	await expect(bar.getByRole("button", { name: "Start 1" })).toBeVisible();
	await bar.getByRole("button", { name: "Stop 2" }).click();
	for (const name of ["bulk-a", "bulk-b", "bulk-c"])
		await expect(row(name)).toContainText("Stopped", { timeout: 60_000 });
	await expect(row("bulk-kept")).toContainText("Ready");
	expect(instancesOf(a).map((instance) => instance.status)).toEqual(["Stopped"]);

	await bar.getByRole("button", { name: "Start", exact: true }).click();
	for (const name of ["bulk-a", "bulk-b", "bulk-c"])
		await expect(row(name)).toContainText("Ready", { timeout: 60_000 });
	// They were started by their user, who now works in one of them: there is something to lose.
	await new TerminalPage(page).open(b);
	await page.goto("/devboxes?sort=name");
	await page.getByRole("checkbox", { name: "Select all" }).check();
	await expect(bar).toContainText("4 selected");
	await row("bulk-kept").hover();
	await select("bulk-kept").click();
	await expect(bar).toContainText("3 selected");
	await bar.getByRole("button", { name: "Destroy…" }).click();
	const dialog = page.getByRole("dialog", { name: "Destroy 3 devboxes?" });
	await expect(dialog.getByRole("listitem")).toHaveCount(3);
	await expect(dialog.getByRole("listitem").filter({ hasText: "never used" })).toHaveCount(0);
	const destroy = dialog.getByRole("button", { name: "Destroy 3 devboxes" });
	await expect(destroy).toBeDisabled();
	await dialog.getByLabel("Type “destroy” to confirm").fill("destroy");
	await destroy.click();
	await expect(dialog).toHaveCount(0);
	await expect(bar).toBeHidden();
	for (const name of ["bulk-a", "bulk-b", "bulk-c"]) await expect(row(name)).toHaveCount(0);
	await expect(row("bulk-kept")).toContainText("Ready");
	await expect
		.poll(() => [a, b, c].flatMap((id) => instancesOf(id)).length, { timeout: 60_000, intervals: [500] })
		.toBe(0);
	expect(instancesOf(kept).map((instance) => instance.status)).toEqual(["Running"]);
	await destroyAll(api);
});
