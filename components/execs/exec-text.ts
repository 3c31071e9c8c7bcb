import type { ExecResponse } from "@/lib/contract/execs.ts";

/** A command line as a person would type it: words that a shell would take apart are quoted. */
export function commandText(exec: Pick<ExecResponse, "argv" | "script">): string {
	if (exec.script !== null) return exec.script;
	return (exec.argv ?? [])
		.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
		.join(" ");
}

export type ExecTone = "working" | "good" | "bad" | "warning";

/** How it stands, in a word, and how that looks. */
export function execOutcome(exec: Pick<ExecResponse, "status" | "exit_code" | "signal">): {
	label: string;
	tone: ExecTone;
} {
	if (exec.status === "running") return { label: "running", tone: "working" };
	if (exec.status === "lost") return { label: "lost", tone: "warning" };
	if (exec.signal !== null) return { label: exec.signal, tone: "bad" };
	return exec.exit_code === 0 ? { label: "exit 0", tone: "good" } : { label: `exit ${exec.exit_code}`, tone: "bad" };
}
