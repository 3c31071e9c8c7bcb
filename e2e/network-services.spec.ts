/** Internal services in the browser: what the operator has to do, an admin's service made, refused and removed, and the devbox that hears of it. */
import { expect, test } from "@playwright/test";
import { Compute } from "../sdk/src/index.ts";
import { install } from "./install.ts";
import { expectAccessible } from "./page-checks.ts";
import { apiOf, destroyAll, signInByLink } from "./session.ts";

/** The install under test was started with DEVBOX_INTERNAL_RANGES=10.61.80.0/24 (ops/test/run-tests.ts). */
const [opened, outside] = ["10.61.80.5", "10.61.81.5"] as const;

test("a service is refused outside what the operator opened, made, told to devboxes, and removed", async ({ page }) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	for (const { id } of (await api.listInternalServices()).data) await api.deleteInternalService({ id });
	const { token: apiKey } = await api.createApiToken({ name: "services spec", expires_in_days: 1 });
	const network_policy = { egress_domains: ["db.example"] };
	const box = await new Compute({ baseUrl: install.url, apiKey }).box.create({ name: "led", network_policy });
	const told = async () => JSON.parse(await box.files.readText("/run/devbox/network-policy.json")).internal_services;

	await page.goto("/settings/network");
	await page.getByRole("tab", { name: "Internal services" }).click();
	await expect(page.getByText("None yet. The operator of this server has opened 10.61.80.0/24")).toBeVisible();
	await expectAccessible(page);
	await page.getByRole("button", { name: "Add service" }).click();
	const dialog = page.getByRole("dialog", { name: "Add an internal service" });
	await dialog.getByRole("button", { name: "Add service" }).click();
	await expect(dialog.getByRole("alert")).toHaveCount(3);
	await dialog.getByLabel("Name", { exact: true }).fill("database");
	await dialog.getByLabel("Address").fill(outside);
	await dialog.getByLabel("TCP ports").fill("5432, https");
	await page.keyboard.press("Enter");
	await expect(dialog.getByText(`DEVBOX_INTERNAL_RANGES=10.61.80.0/24,${outside} npm start`)).toBeVisible();
	await expect(dialog.getByText("A port is a whole number")).toBeVisible();
	await expectAccessible(page);
	await dialog.getByLabel("Address").fill(opened);
	await dialog.getByLabel("TCP ports").fill("5432, 443");
	await page.keyboard.press("Enter");
	const row = page.getByRole("list", { name: "Internal services" }).getByRole("listitem");
	await expect(row).toContainText(`${opened} · 443, 5432`);
	await expectAccessible(page);
	await expect.poll(told, { timeout: 30_000 }).toEqual([`${opened}:443`, `${opened}:5432`]);

	await page.getByRole("button", { name: "Add service" }).click();
	await dialog.getByLabel("Name", { exact: true }).fill("database");
	await dialog.getByLabel("Address").fill(opened);
	await dialog.getByLabel("TCP ports").fill("80");
	await page.keyboard.press("Enter");
	await expect(
		dialog.getByRole("alert").filter({ hasText: "There is an internal service database already" }),
	).toBeVisible();
	await page.keyboard.press("Escape");
	await page.goto(`/devboxes/${box.id}?tab=network`);
	await expect(page.getByText(`${opened}:443, ${opened}:5432`)).toBeVisible();

	await page.goto("/settings/network?section=services");
	await page.getByRole("button", { name: "Remove database" }).click();
	const warning = page.getByRole("dialog", { name: "Remove database?" });
	await expect(warning).toContainText(
		"connections of the workspace's devboxes that are observed or have a list are cut",
	);
	await expectAccessible(page);
	await warning.getByRole("button", { name: "Remove service" }).click();
	await expect(page.getByText("None yet.")).toBeVisible();
	await expect.poll(told, { timeout: 30_000 }).toEqual([]);
	await destroyAll(api);
});

test("without the operator's key the page says what it takes, and offers nothing that would be refused", async ({
	page,
}) => {
	await signInByLink(page);
	// What this server would say, had its operator opened nothing.
	await page.route("**/api/v1/internal-services", (route) =>
		route.fulfill({ json: { data: [], internal_ranges: [] } }),
	);
	await page.goto("/settings/network?section=services");
	await expect(page.getByRole("region", { name: "Start with ranges" })).toContainText("DEVBOX_INTERNAL_RANGES=");
	await expect(page.getByRole("button", { name: "Add service" })).toHaveCount(0);
	await expectAccessible(page);
});
