/** An isolation audit on the real engine: with a hole in the fence, exactly what goes through it fails, loudly; nothing stays behind. */
import { execFileSync, spawn } from "node:child_process";
import { expect, test } from "@playwright/test";
import { engineInstances, install } from "./install.ts";
import { apiOf, signInByLink } from "./session.ts";

const auditTimeoutMs = 8 * 60_000;
const client = process.env.DEVBOX_E2E_ENGINE_CLIENT ?? "lxc";
/** The policies under which something of each promise is tried, where the worker runs on a host with a fence. */
const modesOf = {
	listed: ["enforce", "observe"],
	unlisted: ["enforce", "none"],
	dns: ["enforce", "none"],
	denied: ["enforce", "none", "observe"],
	host: ["enforce", "none", "observe", "open"],
	boxes: ["enforce", "none", "observe", "open"],
	kernel: ["open"],
	storage: ["open"],
	secrets: ["open"],
} as const;
const inFilter = (...command: string[]) => ["exec", "egress-filter", "--project", install.project, "--", ...command];

test("an audit finds a hole in the fence and nothing else, and every page of an admin says so", async ({ page }) => {
	test.setTimeout(auditTimeoutMs);
	await signInByLink(page);
	const api = apiOf(page);
	await page.goto("/settings/network?section=isolation");
	await page.getByRole("button", { name: "Run an audit" }).click();
	await expect(page.getByRole("button", { name: "Audit under way…" })).toBeVisible();
	const id = (await api.listIsolationReports({})).data[0]?.id ?? "";
	// Both ways: an attempt has got through when it has its answer. The next look of the worker mends it: so it is made again and again, as long as the audit runs. Before the filter runs it cannot be.
	const hole =
		"nft list chain inet egress through | grep -q udp.accept.hole || nft insert rule inet egress through meta l4proto udp counter accept comment udp.accept.hole";
	const script = `while true; do ${client} exec egress-filter --project ${install.project} -- sh -c '${hole}'; sleep 0.2; done`;
	const holes = spawn("sh", ["-c", script], { stdio: "ignore", detached: true });
	try {
		const report = () => api.getIsolationReport({ id });
		await expect
			.poll(async () => (await report()).status, { timeout: auditTimeoutMs, intervals: [2_000] })
			.not.toMatch(/pending|running/);
		expect(await report()).toMatchObject({ status: "failed", message: null });
	} finally {
		if (holes.pid) process.kill(-holes.pid, "SIGKILL");
		execFileSync(client, inFilter("nft", "delete", "table", "inet", "egress"));
	}
	const { attempts } = await api.getIsolationReport({ id });
	const failed = attempts.filter(({ result }) => result === "failed");
	expect(new Set(failed.map((attempt) => attempt.id))).toEqual(new Set(["quic", "udp"]));
	// Whatever addresses the host has: every promise under every policy that could break it, as both users, and each beside a control.
	const tried = attempts.filter(({ result }) => result !== "not_applicable");
	const triedOf = (promise: string) => tried.filter((attempt) => attempt.promise === promise);
	for (const [promise, modes] of Object.entries(modesOf)) {
		const triedIn = new Set(triedOf(promise).map(({ mode }) => mode));
		expect({ promise, modes: [...triedIn].sort() }).toEqual({ promise, modes });
	}
	expect(new Set(tried.map(({ user }) => user))).toEqual(new Set(["root", "devbox"]));
	expect(tried.filter(({ expected, control }) => expected === "blocked" && control === null)).toEqual([]);
	expect(new Set(tried.map(({ id, mode, user }) => `${id} ${mode} ${user}`)).size).toBe(tried.length);
	expect(await api.listDevboxes({})).toEqual([]);
	const left = () => engineInstances().flatMap(({ name }) => (/^(isolation-peer$|dbx-)/.test(name) ? [name] : []));
	await expect.poll(left, { timeout: 60_000 }).toEqual([]);
	// The page was open all the while: it says so by itself.
	await expect(page.getByRole("alert").filter({ hasText: "Isolation audit" })).toContainText("failed");
	await page.goto("/devboxes");
	await expect(page.getByRole("alert").filter({ hasText: "Isolation audit" })).toContainText("failed");
	const { data: events } = await api.listAuditEvents({ action: "isolation.audit", limit: 1 });
	expect(events[0]?.outcome).toBe("failed");
});
