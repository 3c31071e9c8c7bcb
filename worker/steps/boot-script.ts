/** The one command that brings a new or restarted box up and says how it is; and how its answer is read. */
import { isIPv4 } from "node:net";
import { shellWord } from "./shell-word.ts";

export type BootReport = {
	/** What systemd says of itself; "unknown" when nothing of it was understood. */
	state: "running" | "degraded" | "starting" | "maintenance" | "stopping" | "unknown";
	address: string | null;
	failedUnits: string[];
	/** Null: the identity program ran well. */
	identityProblem: string | null;
};

/**
 * One round trip for all of it: waits for systemd (which may not listen yet) to have reached basic.target, gives the box its name and
 * what else it must not share (needed after every start), and reports.
 *
 * basic.target, and not the end of the boot: from there on file systems, temporary files and sockets are in place and nothing that a
 * user does can come too early, while the rest of the boot (the address too) is most of the time that a user would wait.
 * `deadlineSeconds` bounds the wait inside the box; the caller has a deadline of its own, since a box can say what it likes.
 */
export function bootScript(o: { deadlineSeconds: number; identityName: string }): string {
	const identity = `out=$(/usr/lib/devbox/identity ${shellWord(o.identityName)} 2>&1) || echo "identity=$(echo "$out" | tail -n 3 | tr '\\n' ' ')"`;
	return `
end=$(( $(date +%s) + ${Math.floor(o.deadlineSeconds)} ))
while :; do
	timeout ${Math.floor(o.deadlineSeconds)} systemctl start basic.target >/dev/null 2>&1
	state=$(systemctl is-system-running 2>/dev/null)
	case $state in starting|running|degraded|maintenance|stopping) break;; esac
	[ "$(date +%s)" -lt "$end" ] || break
	sleep 0.02
done
echo "$state"
${identity}
[ "$state" = degraded ] && systemctl list-units --failed --plain --no-legend --no-pager | head -n 10 | while read -r unit rest; do echo "failed=$unit"; done
ip -4 -o address show scope global 2>/dev/null | while read -r number device family address rest; do
	case $device in docker*|br-*|veth*) ;; *) echo "address=\${address%%/*}";; esac
done
exit 0`;
}

const states = ["running", "degraded", "starting", "maintenance", "stopping"] as const;

/** Reads what the script printed. It comes from a box: anything that is not of the expected form is dropped. */
export function parseBootReport(output: string): BootReport {
	const report: BootReport = { state: "unknown", address: null, failedUnits: [], identityProblem: null };
	for (const line of output.slice(0, 16_384).split("\n")) {
		if (report.state === "unknown") report.state = states.find((state) => state === line) ?? "unknown";
		const [, key, value = ""] = /^(address|failed|identity)=(.{0,500})/.exec(line) ?? [];
		if (key === "address" && report.address === null && isIPv4(value)) report.address = value;
		if (key === "failed" && report.failedUnits.length < 10 && /^[\w@.:\\-]{1,120}$/.test(value))
			report.failedUnits.push(value);
		if (key === "identity") report.identityProblem = value || "it failed without a word";
	}
	return report;
}
