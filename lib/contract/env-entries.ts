/** `env` of a create: a map as in the published protocol, or a list whose entries may name a secret; a list after validation. */
import { z } from "zod";
import { type EnvEntry, environmentProblems, type InputProblem } from "../domain/devbox-inputs.ts";
import { secretText } from "./secret-field.ts";

const literalEntry = z.strictObject({ name: z.string(), value: secretText(z.string()) }).meta({ id: "EnvValue" });
const secretEntry = z
	.strictObject({ name: z.string(), from_secret_id: z.string().min(1).max(80) })
	.meta({ id: "EnvFromSecret" });
const envEntry = z.union([literalEntry, secretEntry], {
	error: "A variable is {name, value} or {name, from_secret_id}, each of them text.",
});

export const envEntries = z
	.union([z.array(envEntry), z.record(z.string(), secretText(z.string()))], {
		error: "A map of names to values, or a list of {name, value} and {name, from_secret_id}; all of it text.",
	})
	.transform((given, context): EnvEntry[] => {
		const entries = Array.isArray(given) ? given : Object.entries(given).map(([name, value]) => ({ name, value }));
		const pathOf = (index: number, part: "name" | "value"): InputProblem["path"] =>
			Array.isArray(given) ? [index, part] : [(entries[index]?.name ?? "").slice(0, 80)];
		for (const { path, message } of environmentProblems(entries, pathOf))
			context.addIssue({ code: "custom", path, message });
		return entries;
	});
