/** An isolation report to read: what was promised, and each attempt with what was seen. */
import { type AttemptResult, countResults, type IsolationPromise, isolationPromises } from "./isolation.ts";

type Report = {
	id: string;
	hostName: string;
	status: string;
	engine: string | null;
	productVersion: string | null;
	finishedAt: Date | null;
	message: string | null;
	attempts: readonly AttemptResult[];
};

export function isolationMarkdown(report: Report): string {
	const { passed, failed, notTried } = countResults(report.attempts);
	const facts = [
		`- Result: **${report.status}**${report.finishedAt ? `, ${report.finishedAt.toISOString()}` : ""}`,
		`- ${passed} attempts as promised, ${failed} not, ${notTried} not tried`,
		`- Engine: ${report.engine ?? "not known"}; product: ${report.productVersion ?? "not known"}`,
		...(report.message ? [`- ${oneLine(report.message)}`] : []),
	];
	const sections = (Object.keys(isolationPromises) as IsolationPromise[]).flatMap((promise) => {
		const attempts = report.attempts.filter((attempt) => attempt.promise === promise);
		return attempts.length === 0 ? [] : [`## ${isolationPromises[promise]}`, ...attempts.map(section)];
	});
	return `${[`# Isolation of ${report.hostName} (${report.id})`, facts.join("\n"), ...sections].join("\n\n")}\n`;
}

function section(attempt: AttemptResult): string {
	if (attempt.result === "not_applicable")
		return `### Not tried: ${attempt.id} (${attempt.mode})\n\n${oneLine(attempt.note)}`;
	const facts = [
		`### ${attempt.result === "failed" ? "FAILED: " : ""}${attempt.id} (${attempt.mode}, as ${attempt.user})`,
		fenced(attempt.command),
		`Expected: ${attempt.expected}. ${attempt.result}, ${attempt.durationMs} ms.${attempt.note ? ` ${oneLine(attempt.note)}` : ""}`,
		`Seen:\n\n${fenced(attempt.seen || "(nothing)")}`,
		...(attempt.control === null ? [] : [`Control:\n\n${fenced(attempt.control)}`]),
	];
	return facts.join("\n\n");
}

/** Four spaces: no text of a box can end such a block. */
function fenced(text: string): string {
	return text
		.split("\n")
		.map((line) => `    ${line}`)
		.join("\n");
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ");
}
