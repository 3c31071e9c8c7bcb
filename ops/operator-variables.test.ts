import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { operatorVariables } from "./operator-variables.ts";

const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), "utf8");
const help = read("command-help.mjs");
const runbook = read("../docs/runbook.md");

test.each(operatorVariables)("%s stands in the help of npm start and in the runbook", (name) => {
	expect(help).toContain(name);
	expect(runbook).toContain(`\`${name}\``);
});
