import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { install } from "./install.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

function processOf(name: "gateway" | "worker" | "web"): number {
	const running = JSON.parse(readFileSync(path.join(install.dataDir, "run/running.json"), "utf8"));
	return Number(running.processes[name]);
}

function residentMib(pid: number): number {
	return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

test.describe("the terminal", () => {
	let id = "";

	test.beforeEach(async ({ page }) => {
		await signInByLink(page);
		id = await createReady(apiOf(page), `term-${Date.now() % 1_000_000}`);
	});

	test.afterEach(async ({ page }) => {
		await destroyAll(apiOf(page));
	});

	test("unicode, true colour and full-screen programs come through a resize", async ({ page }) => {
		const terminal = new TerminalPage(page);
		await terminal.open(id);
		await terminal.run("echo 'grüße 日本 🚀'; printf '\\033[38;2;12;60;134mcolour\\033[0m\\n'");
		await terminal.waitForText(/^grüße 日本 ?🚀/m);
		await expect(
			page
				.locator(".xterm-rows span")
				.filter({ hasText: /^colour$/ })
				.last(),
		).toHaveCSS("color", "rgb(12, 60, 134)");
		await terminal.run("clear; tput cols");
		await terminal.waitForText(/^\d+\s*$/m);
		const wide = Number(/^(\d+)\s*$/m.exec(await terminal.text())?.[1]);
		await page.setViewportSize({ width: 800, height: 600 });
		await terminal.focus();
		// The box hears of the size a moment later.
		await expect
			.poll(async () => {
				await terminal.run("clear; tput cols");
				await terminal.waitForText(/^\d+\s*$/m);
				return Number(/^(\d+)\s*$/m.exec(await terminal.text())?.[1] ?? wide);
			})
			.toBeLessThan(wide);
		await terminal.run("top");
		await terminal.waitForText(/load average/);
		await page.setViewportSize({ width: 1200, height: 800 });
		await terminal.waitForText(/load average[\s\S]*PID/);
		await page.keyboard.press("q");
		// top throws away what was typed before it has ended.
		await terminal.waitForText(/\$\s*$/);
		await terminal.run("clear; vi -u NONE /tmp/note");
		await terminal.waitForText(/"\/tmp\/note"/);
		await page.keyboard.type("ihello from vi");
		await page.keyboard.press("Escape");
		await page.setViewportSize({ width: 1000, height: 700 });
		await page.keyboard.type(":wq\n");
		await terminal.run("clear; cat /tmp/note; echo done");
		await terminal.waitForText(/hello from vi\s+done/);
	});

	test("docker runs an image that was imported in the box", async ({ page }) => {
		const terminal = new TerminalPage(page);
		await terminal.open(id);
		await terminal.run(
			'tar -C / -c bin lib lib64 usr/bin/uname usr/bin/dash usr/lib/x86_64-linux-gnu/libc.so.6 usr/lib64 usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 | docker import - tiny >/dev/null && docker run --rm --network none tiny /usr/bin/uname -s && echo ran-"in docker"',
		);
		await terminal.waitForText(/Linux\s+ran-in docker/, 90_000);
	});

	test("50 MB of output leaves the last line and bounded memory, and the gateway stays small", async ({ page }) => {
		const terminal = new TerminalPage(page);
		await terminal.open(id);
		const gateway = processOf("gateway");
		const before = residentMib(gateway);
		await terminal.run("base64 -w 120 /dev/urandom | head -c 50000000 > /tmp/big; echo made");
		await terminal.waitForText(/^made/m, 60_000);
		let peak = 0;
		const watch = setInterval(() => {
			peak = Math.max(peak, residentMib(gateway));
		}, 100);
		await terminal.run('clear; cat /tmp/big; echo; echo last-"line"');
		await terminal.waitForText(/^last-line/m, 120_000);
		clearInterval(watch);
		expect(peak - before).toBeLessThanOrEqual(128);
	});

	test("a reload and a killed gateway both come back to the same shell with its history", async ({ page }) => {
		const terminal = new TerminalPage(page);
		await terminal.open(id);
		await terminal.run('clear; echo shell-$$ | tee /tmp/shell; echo kept-"in history"');
		await terminal.waitForText(/^kept-in history/m);
		const shell = /^shell-\d+/m.exec(await terminal.text())?.[0] ?? "none";
		await page.reload();
		await terminal.waitForText(/^kept-in history/m);
		await terminal.focus();
		await terminal.run("echo again-shell-$$");
		await terminal.waitForText(new RegExp(`^again-${shell}`, "m"));

		process.kill(processOf("gateway"), "SIGKILL");
		await expect
			.poll(async () => (await page.request.get("/healthz").catch(() => null))?.status() ?? 0, { timeout: 30_000 })
			.toBe(200);
		await terminal.waitForText(/^kept-in history/m);
		await terminal.focus();
		await expect
			.poll(
				async () => {
					await terminal.run("echo third-shell-$$");
					return terminal.text();
				},
				{ timeout: 20_000, intervals: [1_000] },
			)
			.toMatch(new RegExp(`^third-${shell}`, "m"));
	});
});
