/**
 * An admin allows an audience; a devbox shows who it is; a stranger verifies it by the public documents alone. And what devboxes join is
 * set up and changed, as far as it goes without a tailnet.
 */
import { expect, test } from "@playwright/test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { Compute } from "../sdk/src/index.ts";
import { install } from "./install.ts";
import { expectAccessible } from "./page-checks.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";

const audience = "e2e-vault";

test("a devbox gets a token for an audience that an admin has allowed, and for no other", async ({ page }) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	for (const known of (await api.getIdentity()).audiences) await api.removeAudience({ id: known.id });
	const { token: apiKey } = await api.createApiToken({ name: "identity-e2e" });
	const compute = new Compute({ baseUrl: install.url, apiKey });
	const box = await compute.box.create({ name: "identified" });

	await page.goto("/settings/network?section=identity");
	await expect(page.getByText("None yet, so no devbox gets an ID token.")).toBeVisible();
	await expectAccessible(page);
	await page.getByLabel("Audience", { exact: true }).fill("two words");
	await page.getByRole("button", { name: "Allow" }).click();
	await expect(page.getByRole("alert").filter({ hasText: "no spaces" })).toBeVisible();
	await page.getByLabel("Audience", { exact: true }).fill(audience);
	await page.getByLabel("What it is for").fill("deploys");
	await page.getByRole("button", { name: "Allow" }).click();
	await expect(page.getByRole("button", { name: `Remove ${audience}` })).toBeVisible();
	const identity = await api.getIdentity();
	await expect(page.getByText(identity.subject_pattern)).toBeVisible();

	const asked = await box.exec(["devbox-id-token", "--audience", audience]);
	expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
	const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", install.url));
	const { payload } = await jwtVerify(asked.stdout.trim(), keys, { issuer: identity.issuer, audience });
	expect(payload.sub).toBe(identity.subject_pattern.replace("*", box.id));
	const other = await box.exec(["devbox-id-token", "--audience", "other"]);
	expect([other.exitCode, other.stdout, other.stderr]).toEqual([
		1,
		"",
		expect.stringContaining(`Allowed: ${audience}`),
	]);
	const asRoot = await box.exec(["sudo", "devbox-id-token", "--json", "--audience", audience]);
	expect(JSON.parse(asRoot.stdout)).toMatchObject({ audience });

	await page.getByRole("button", { name: `Remove ${audience}` }).click();
	await expect(page.getByText("None yet, so no devbox gets an ID token.")).toBeVisible();
	const late = await box.exec(["devbox-id-token", "--audience", audience]);
	expect(late.exitCode).toBe(1);
	await destroyAll(api);
});

test("Tailscale is set up on a page that says what to enter there, and tells why it would not work here", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	const empty = { is_enabled: false, client_id: null, tags: [], login_server: null };
	await api.setTailscale(empty);
	await page.goto("/settings/network?section=tailscale");
	await expect(page.getByText("No devbox can join yet")).toBeVisible();
	await page.getByLabel("Client id").fill("kE2e1CNTRL");
	await page.getByLabel("Tags").fill("devbox");
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByText("A tag is tag: and a name")).toBeVisible();
	await page.getByLabel("Tags").fill("tag:devbox tag:ci");
	await page.getByRole("button", { name: "Save" }).click();
	await expect(page.getByText("api.tailscale.com/kE2e1CNTRL")).toBeVisible();
	expect(await api.getTailscale()).toMatchObject({ client_id: "kE2e1CNTRL", tags: ["tag:devbox", "tag:ci"] });
	await page.getByRole("button", { name: "Test the connection" }).click();
	const tried = page.getByRole("list", { name: "What was tried" });
	await expect(tried.getByRole("listitem")).toHaveCount(4);
	await expect(tried).toContainText("Tailscale reads this server's keys");
	await expectAccessible(page);
	await api.setTailscale(empty);
});

test("what a devbox joins is changed on its Network tab, which says why it would not work here, and what is locked", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const empty = { is_enabled: false, client_id: null, tags: [], login_server: null };
	await api.setTailscale(empty);
	const id = await createReady(api, "tailed");
	await page.goto(`/devboxes/${id}?tab=network`);
	const section = page.getByRole("region", { name: "Tailscale" });
	await expect(section.getByText("It is in no tailnet.")).toBeVisible();
	await expect(section.getByText("Tailscale is not set up in this workspace")).toBeVisible();

	await api.setTailscale({
		...empty,
		client_id: "kE2e1CNTRL",
		tags: ["tag:devbox"],
		login_server: "http://127.0.0.1:9",
	});
	await page.reload();
	await section.getByLabel("Joins a tailnet").check();
	await expect(section.getByLabel("Tags")).toHaveValue("tag:devbox");
	await expectAccessible(page);
	await section.getByLabel("Tags").fill("ci");
	await section.getByRole("button", { name: "Join", exact: true }).click();
	await expect(section.getByText("A tag is tag: and a name")).toBeVisible();
	await section.getByLabel("Tags").fill("tag:ci");
	await section.getByRole("button", { name: "Join", exact: true }).click();
	await expect(section.getByRole("alert")).toContainText("has no tailscale in it");
	await expect(section.getByRole("alert")).toContainText("DEVBOX_TAILSCALE");
	expect(await api.getDevboxTailscale({ id })).toMatchObject({ enabled: false, status: null });

	await api.setTailscale({ ...empty, is_locked: true, client_id: "kE2e1CNTRL", tags: ["tag:devbox"] });
	await page.reload();
	await expect(section.getByText("Locked by the workspace: devboxes join no tailnet")).toBeVisible();
	await expect(section.getByRole("button")).toHaveCount(0);
	await expectAccessible(page);
	await api.setTailscale({ ...empty, is_locked: false });
	await destroyAll(api);
});
