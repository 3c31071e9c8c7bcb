import type { BootReport } from "./boot-script.ts";

/** What the owner should know about a box that came up, though it is not all well. */
export function bootNotes(report: BootReport): string[] {
	const notes: string[] = [];
	if (report.state === "degraded")
		notes.push(
			`Some of its services failed to start: ${report.failedUnits.join(", ") || "systemd does not say which"}.`,
		);
	if (report.identityProblem) notes.push(`Its name could not be set: ${report.identityProblem}`);
	return notes;
}
