/** A command run in a box: what is known of it, and the port to whoever holds the running ones. */
import type { BoxUser } from "./box-link.ts";
import type { SecretText } from "./secret-text.ts";

export const execModes = ["attached", "detached"] as const;
export type ExecMode = (typeof execModes)[number];

/** `lost`: how it ended will never be known. */
export const execStatuses = ["running", "exited", "lost"] as const;
export type ExecStatus = (typeof execStatuses)[number];

export const execStreams = ["stdout", "stderr"] as const;
export type ExecStreamName = (typeof execStreams)[number];

/** What a client may send. */
export const execSignals = [
	"HUP",
	"INT",
	"QUIT",
	"KILL",
	"TERM",
	"USR1",
	"USR2",
	"CONT",
	"STOP",
	"TSTP",
	"WINCH",
] as const;
export type ExecSignal = (typeof execSignals)[number];

/** Between SIGTERM and SIGKILL when an exec is cancelled, runs out of time or loses its credential, milliseconds. */
export const execKillGraceMs = 5_000;

/** Execs that run in one box at a time. */
export const execsPerBoxMax = 200;

/** An exec as it stands. */
export type ExecRecord = {
	id: string;
	devboxId: string;
	userId: string;
	mode: ExecMode;
	/** Null for a script. */
	argv: string[] | null;
	script: string | null;
	/** Null: the user's home. */
	cwd: string | null;
	boxUser: BoxUser;
	tty: boolean;
	timeoutMs: number | null;
	status: ExecStatus;
	/** Of the reaped process; null while it runs, when a signal ended it and when it was lost. */
	exitCode: number | null;
	/** As `SIGTERM`. */
	signal: string | null;
	/** Why it was ended or lost, in plain words. */
	reason: string | null;
	/** Of an attached one: who holds it. */
	gatewayId: string | null;
	/** In the box. */
	processGroup: number | null;
	/** Revoking one of them ends the exec. */
	credentialIds: string[];
	stdoutBytes: number;
	stderrBytes: number;
	/** More was written than is kept. */
	isStdoutTruncated: boolean;
	isStderrTruncated: boolean;
	createdAt: Date;
	finishedAt: Date | null;
};

/** What is run, beside what the record says. None of it is kept. */
export type ExecInput = {
	env: Record<string, SecretText>;
	/** Null: empty, unless it stays open. */
	stdin: string | null;
	isStdinOpen: boolean;
	/** Null: no terminal. */
	pty: { cols: number; rows: number } | null;
	/** How long it goes on with no request that follows it, milliseconds. */
	lingerMs: number;
};

export type ExecOrder =
	| { kind: "cancel"; reason: string }
	| { kind: "signal"; signal: ExecSignal }
	| { kind: "resize"; cols: number; rows: number };

/** A way into a box in which nothing runs yet. */
export type PreparedExec = {
	/** Starts the process; what follows is told by `find`. */
	start(o: { record: ExecRecord; input: ExecInput }): void;
	drop(): void;
};

/** A process that runs attached execs: its memory is all that knows how they end. */
export interface AttachedExecs {
	readonly gatewayId: string;
	/** Throws AppError `unavailable` or `timeout`. What it answers must be started or dropped. */
	prepare(o: { hostId: string; devboxId: string; user: BoxUser }): Promise<PreparedExec>;
	/** As it is now; null for one that is not held here, or not any more. */
	find(id: string): ExecRecord | null;
	/** A request followed it just now. */
	touch(id: string): void;
	/** Carries out an order; false when it is not held here, or has ended. */
	order(id: string, order: ExecOrder): boolean;
}
