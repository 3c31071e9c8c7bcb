/** How a process ended, as those say who reaped it: `code 3` or `signal 15`, Linux's numbers. */
export type ProcessEnd = { exitCode: number; signal: null } | { exitCode: null; signal: string };

/** Null for what no process can end with. */
export function parseProcessEnd(text: string): ProcessEnd | null {
	const match = /^(code|signal) (\d{1,3})$/.exec(text);
	const number = Number(match?.[2]);
	if (match?.[1] === "code") return number <= 255 ? { exitCode: number, signal: null } : null;
	if (match?.[1] === "signal" && number >= 1 && number <= 64) return { exitCode: null, signal: signalName(number) };
	return null;
}

const names = (
	"HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ " +
	"VTALRM PROF WINCH IO PWR SYS"
).split(" ");

/** Real-time signals have no names of their own: `SIGRTMIN+2`, as `kill -l` says, from 34 on. */
function signalName(number: number): string {
	const name = names[number - 1];
	if (name) return `SIG${name}`;
	return number < 34 ? `SIG${number}` : `SIGRTMIN+${number - 34}`;
}
