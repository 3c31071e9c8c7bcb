/** What a look at one layer says: what was seen, and what to do where it is not well. */
export type Finding = {
	layer: string;
	status: "ok" | "warn" | "fail";
	/** What was seen. */
	detail: string;
	/** What to do; null when all is well. */
	mend: string | null;
};

export const ok = (layer: string, detail: string): Finding => ({ layer, status: "ok", detail, mend: null });
export const warn = (layer: string, detail: string, mend: string): Finding => ({ layer, status: "warn", detail, mend });
export const fail = (layer: string, detail: string, mend: string): Finding => ({ layer, status: "fail", detail, mend });

/** Runs one look; one that throws has found a fault of its layer. */
export async function look(layer: string, mend: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
	try {
		return await check();
	} catch (error) {
		return [fail(layer, (error as Error).message, mend)];
	}
}

const marks = { ok: "ok  ", warn: "WARN", fail: "FAIL" } as const;

/** The table for a person: one row per finding, what to do below it. */
export function renderFindings(findings: readonly Finding[]): string {
	const width = Math.max(...findings.map((finding) => finding.layer.length));
	return findings
		.flatMap((finding) => {
			const [first = "", ...rest] = finding.detail.split("\n");
			const indent = " ".repeat(width + 8);
			const row = `${marks[finding.status]}  ${finding.layer.padEnd(width)}  ${first}`;
			const mend = finding.mend
				? finding.mend.split("\n").map((line, at) => `${indent}${at === 0 ? "-> " : "   "}${line}`)
				: [];
			return [row, ...rest.map((line) => indent + line), ...mend];
		})
		.join("\n");
}
