import { expect, test } from "@playwright/test";
import { apiOf, signInByGithub } from "./session.ts";

test("an account is connected, an organisation granted, its repositories listed, keys imported, and all of it ended again", async ({
	page,
}) => {
	await signInByGithub(page, "ada");
	await expect(page).toHaveURL(/\/devboxes/);
	const api = apiOf(page);
	await api.disconnectGithub({});
	await api.deleteSshKey({});

	await page.goto("/settings/github");
	await page.getByRole("button", { name: /^Connect / }).click();
	await page.getByRole("link", { name: "Continue as ada" }).click();
	await expect(page).toHaveURL(/\/settings\/github\?github=connected$/);
	await expect(page.getByRole("status").filter({ hasText: "GitHub is connected" })).toBeVisible();
	await expect(page.getByText("ada/notes")).toBeVisible();
	await expect(page.getByText("analytical-engines/engine")).toBeHidden();

	await page.getByRole("switch", { name: "analytical-engines" }).click();
	await expect(page.getByText("analytical-engines/engine")).toBeVisible();
	await page.getByRole("searchbox", { name: "Search repositories" }).fill("ENGINE");
	await expect(page.getByText("ada/notes")).toBeHidden();
	expect(await api.listGithubOrganizations({})).toMatchObject({
		data: [{ org_login: "analytical-engines", granted: true }, { granted: false }],
	});

	await page.goto("/settings");
	await page.getByRole("button", { name: "Import from GitHub" }).click();
	const dialog = page.getByRole("dialog");
	await expect(dialog.getByText(/1024 bits/)).toBeVisible();
	await dialog.getByRole("button", { name: "Import 1 key" }).click();
	await expect(page.getByRole("list", { name: "SSH keys" }).getByText("laptop")).toBeVisible();

	await page.goto("/settings/github");
	await page.getByRole("button", { name: "Disconnect" }).click();
	await page.getByRole("button", { name: "Disconnect GitHub" }).click();
	await expect(page.getByRole("button", { name: /^Connect / })).toBeVisible();
	await expect(api.getGithubConnection({})).rejects.toMatchObject({ status: 404 });
	await api.deleteSshKey({});
});

test("a private key that is pasted by mistake does not leave the page", async ({ page }) => {
	await signInByGithub(page, "ada");
	await expect(page).toHaveURL(/\/devboxes/);
	await apiOf(page).deleteSshKey({});
	const sent: string[] = [];
	page.on("request", (request) => sent.push(request.postData() ?? ""));
	await page.goto("/settings");
	await page
		.getByLabel("Public key")
		.fill("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----");
	await page.getByRole("button", { name: "Add key" }).click();
	await expect(page.getByText(/This is a PRIVATE key/)).toBeVisible();
	await expect(page.getByLabel("Public key")).toHaveValue("");
	expect(sent.filter((body) => body.includes("b3BlbnNzaC1rZXktdjEA"))).toEqual([]);
});
