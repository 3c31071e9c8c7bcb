import { expect, it } from "vitest";
import { bootstrapProgress } from "./bootstrap-progress.ts";

const twoPackages = [
	"I: running apt-get update...",
	"Get:1 http://archive.example/debian bookworm InRelease [151 kB]",
	"I: downloading packages with apt...",
	"0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
	"Get:1 http://archive.example/debian bookworm/main amd64 a",
	"Get:2 http://archive.example/debian bookworm/main amd64 b",
	"I: extracting archives...",
	"I: installing essential packages...",
	"Unpacking a (1) ...",
	"Setting up a (1) ...",
	"I: installing remaining packages inside the chroot...",
	"0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.",
	"Get:1 http://archive.example/debian bookworm/main amd64 c",
	"Unpacking c (1) ...",
	"Setting up c (1) ...",
	"I: running --customize-hook in shell: sh -c 'true'",
	"I: creating tarball...",
];

it("only ever goes forward, from 0 to the packing of the image", () => {
	const advance = bootstrapProgress();
	const fractions = twoPackages.map(advance).flatMap((step) => (step ? [step.fraction] : []));
	expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
	expect(fractions[0]).toBe(0);
	expect(fractions.at(-1)).toBe(0.9);
});

it("counts packages within a phase, so that the bar moves while they are installed", () => {
	const advance = bootstrapProgress();
	const at = new Map(twoPackages.map((line) => [line, advance(line)?.fraction]));
	expect(at.get("Unpacking c (1) ...")).toBeGreaterThan(
		at.get("I: installing remaining packages inside the chroot...") ?? 1,
	);
	expect(at.get("Setting up c (1) ...")).toBeCloseTo(0.85);
});

it("stays silent on lines that say nothing about progress", () => {
	expect(bootstrapProgress()("Selecting previously unselected package libc6:amd64.")).toBeNull();
});
