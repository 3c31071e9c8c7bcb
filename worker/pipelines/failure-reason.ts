import { type StepName, stepLabels } from "../../lib/domain/pipelines.ts";

const lineMax = 300;

/** One line for the box's `reason`; the operation's message has the rest. */
export function failureReason(step: StepName, message: string): string {
	const line = message.split("\n", 1)[0] ?? "";
	const short = line.length > lineMax ? `${line.slice(0, lineMax - 1)}…` : line;
	return `${stepLabels[step]} failed: ${short}`.toWellFormed();
}
