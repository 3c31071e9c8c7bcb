/** Idle and expiry on the real engine. Only the rows' clock is moved: that a devbox was last used, or ends, at another time. */
import { expect, type Page, test } from "@playwright/test";
import { Compute } from "../sdk/src/index.ts";
import { install, instancesOf } from "./install.ts";
import { apiOf, destroyAll, signInByLink, waitForState } from "./session.ts";
import { changeRow } from "./testing/change-row.ts";

test.afterEach(async ({ page }) => destroyAll(apiOf(page)));

/** What one devbox's page says of why it is as it is. */
async function expectReason(page: Page, id: string, words: string): Promise<void> {
	await page.goto(`/devboxes/${id}`);
	await expect(page.getByText(words).first()).toBeVisible();
}

test("a devbox that nobody uses is stopped and keeps its files; one whose time is up is destroyed with its machine", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	const { token } = await api.createApiToken({
		name: "lifetime spec",
		expires_in_days: 1,
		scopes: ["devbox:read", "devbox:write", "exec"],
	});
	const compute = new Compute({ baseUrl: install.url, apiKey: token });
	const made = await Promise.all([
		api.createDevbox({ name: "left-alone", auto_stop_idle_timeout: "15m" }),
		api.createDevbox({ name: "in-use", auto_stop_idle_timeout: "15m" }),
		api.createDevbox({ name: "time-is-up", expires_after: "1h" }),
	]);
	const [leftAlone, inUse, timeIsUp] = made.map((box) => box.id) as [string, string, string];
	for (const id of [leftAlone, inUse, timeIsUp]) await waitForState(api, id, "ready");
	await (await compute.box.get(leftAlone)).exec(["sh", "-c", "echo kept >~/kept"]);
	// A command that runs is use, however long ago the devbox was last used otherwise.
	await api.createExec({ id: inUse, argv: ["sleep", "600"], detach: true });
	expect(instancesOf(timeIsUp)).toHaveLength(1);

	const longAgo = "now() - interval '16 minutes'";
	const unused = `UPDATE devboxes SET created_at = ${longAgo}, ready_at = ${longAgo}, last_used_at = ${longAgo} WHERE id = $1`;
	// A command that has ended counts from its end.
	await changeRow(`UPDATE execs SET finished_at = ${longAgo} WHERE devbox_id = $1`, leftAlone);
	await changeRow(unused, leftAlone);
	await changeRow(unused, inUse);
	await changeRow("UPDATE devboxes SET expires_at = now() WHERE id = $1", timeIsUp);

	await waitForState(api, leftAlone, "stopped");
	await expectReason(page, leftAlone, "Stopped because it was not used for 15 min.");
	await expect.poll(async () => instancesOf(timeIsUp).length, { timeout: 60_000 }).toBe(0);
	await expectReason(page, timeIsUp, "Destroyed because its time was up");
	expect((await api.getDevbox({ id: inUse })).state).toBe("ready");
	for (const action of ["devbox.idle", "devbox.expire"] as const)
		expect((await api.listAuditEvents({ action, limit: 1 })).data[0]).toMatchObject({ outcome: "success" });

	await page.goto(`/devboxes/${leftAlone}`);
	await page.getByRole("button", { name: "Start", exact: true }).first().click();
	await waitForState(api, leftAlone, "ready");
	expect((await (await compute.box.get(leftAlone)).exec(["sh", "-c", "cat ~/kept"])).stdout).toBe("kept\n");
});
