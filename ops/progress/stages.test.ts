import { expect, test } from "vitest";
import { openStages } from "./stages.ts";

function recorder(isTTY: boolean) {
	let text = "";
	let now = 0;
	const stages = openStages({
		output: {
			write: (chunk) => {
				text += chunk;
			},
			isTTY,
			columns: 60,
		},
		counted: "2/4",
		now: () => now,
	});
	return { stages, text: () => text, pass: (ms: number) => (now += ms) };
}

test("in a log each stage is a line with its number, what it found and the time it took", async () => {
	const r = recorder(false);
	await r.stages.run("PostgreSQL", async (report) => {
		report.phrase("not for a log");
		report.note("on port 5");
		r.pass(1234);
	});
	await expect(
		r.stages.run("Web app", async () => {
			throw new Error("broken");
		}),
	).rejects.toThrow("broken");
	expect(r.text()).toBe("[3/4] PostgreSQL … on port 5, 1.2 s\n[4/4] Web app … failed after 0.0 s\n");
});

test("in a log a bar is a line for each tenth, not for each step", async () => {
	const r = recorder(false);
	await r.stages.run("Image", async (report) => {
		for (let at = 0; at <= 100; at++) report.fraction(at / 100, "installing");
	});
	expect(
		r
			.text()
			.split("\n")
			.filter((line) => line.includes("%")),
	).toHaveLength(10);
});

test("on a terminal the bar stays within the line", async () => {
	const r = recorder(true);
	await r.stages.run("Image", async (report) =>
		report.fraction(0.5, "a phrase that is far too long for a terminal of this width, and goes on"),
	);
	for (const part of r.text().split("\r\x1b[2K")) expect(part.replace("\n", "").length).toBeLessThan(60);
});
