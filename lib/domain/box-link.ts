/** The port through which use cases, worker and gateway talk to what runs inside a box. `lib/link` implements it. */
import type { Duplex, Readable } from "node:stream";

export type BoxUser = "root" | "devbox";

export type BoxExecResult = {
	/** Exit status of the reaped process; null when a signal ended it. */
	code: number | null;
	signal: string | null;
	stdout: string;
	stderr: string;
	/** True when output past the bound was dropped. */
	isTruncated: boolean;
};

/** One running command in a box. */
export type BoxChannel = {
	/** Write: stdin. Read: stdout (with a pty: the terminal). */
	stdio: Duplex;
	/** Empty with a pty. */
	stderr: Readable;
	/** Resolves when the process was reaped; rejects when the link broke first: an exit code is never invented. */
	exit: Promise<{ code: number | null; signal: string | null }>;
	/** With a pty. */
	resize(size: { cols: number; rows: number }): void;
	signal(name: string): void;
	close(): void;
};

export type BoxPty = { term: string; cols: number; rows: number };

export interface BoxLink {
	readonly user: BoxUser;
	/** False once the connection is gone; a new link is then opened by whoever holds the pool. */
	readonly isOpen: boolean;
	/** Runs `command` through the user's shell (sshd's way). `signal` closes the channel. */
	open(o: { command: string; env?: Record<string, string>; pty?: BoxPty; signal?: AbortSignal }): Promise<BoxChannel>;
	/** Collects bounded output. A non-zero exit does not throw; a broken link or the deadline does (AppError unavailable / timeout). */
	run(o: {
		command: string;
		env?: Record<string, string>;
		stdin?: string | Buffer;
		timeoutMs: number;
		outputMaxBytes?: number;
		signal?: AbortSignal;
	}): Promise<BoxExecResult>;
	/** Resolves when the connection has ended, whoever ended it. */
	readonly closed: Promise<void>;
	close(): void;
}

/** Opens links and keeps them; one per (instance, user) and process. */
export interface BoxLinks {
	/** An open link: the one at hand, or a new one. Throws AppError `unavailable` with what to do. */
	get(o: { instance: string; user: BoxUser; signal?: AbortSignal }): Promise<BoxLink>;
	/** Ends all links into that box: before a freeze, a stop, a destroy. */
	drop(instance: string): void;
	close(): Promise<void>;
}
