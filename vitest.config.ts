import { defineConfig } from "vitest/config";

// Folders that git does not keep.
const outside = ["**/node_modules/**", ".next/**", ".devbox/**", "lib/db/generated/**", "e2e/**"];
const alias = { "@": import.meta.dirname };

export default defineConfig({
	test: {
		teardownTimeout: 60_000,
		projects: [
			{
				resolve: { alias },
				test: {
					name: "unit",
					include: ["**/*.test.{ts,tsx}"],
					exclude: [...outside, "**/*.int.test.{ts,tsx}"],
					environment: "node",
					// Under everything else that `npm test` does on two cores.
					testTimeout: 20_000,
					expect: { poll: { timeout: 10_000 } },
				},
			},
			{
				resolve: { alias },
				test: {
					name: "int",
					include: ["**/*.int.test.{ts,tsx}"],
					exclude: outside,
					environment: "node",
					globalSetup: ["lib/db/test-database-setup.ts"],
					// One engine, two cores: boxes of several files at once would only wait for each other.
					fileParallelism: false,
					testTimeout: 120_000,
					expect: { poll: { timeout: 10_000 } },
					hookTimeout: 300_000,
				},
			},
		],
	},
});
