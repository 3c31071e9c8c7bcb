import { defineConfig } from "@playwright/test";
import { plainChromium } from "./chromium.ts";
import { install } from "./install.ts";

export default defineConfig({
	testDir: ".",
	testMatch: "*.spec.ts",
	outputDir: "../test-results",
	timeout: 180_000,
	expect: { timeout: 20_000 },
	// One engine, two cores: the specs share both.
	workers: 1,
	fullyParallel: false,
	forbidOnly: true,
	retries: 0,
	reporter: [
		["list"],
		...(process.env.DEVBOX_E2E_REPORT ? [["json", { outputFile: process.env.DEVBOX_E2E_REPORT }] as const] : []),
	],
	use: {
		baseURL: install.url,
		viewport: { width: 1440, height: 900 },
		trace: "retain-on-failure",
		launchOptions: plainChromium,
	},
	webServer: install.githubPort
		? {
				command: `node github-stand-in.ts ${install.githubPort} ${install.gitFolder}`,
				url: `http://127.0.0.1:${install.githubPort}/`,
				reuseExistingServer: false,
			}
		: undefined,
});
