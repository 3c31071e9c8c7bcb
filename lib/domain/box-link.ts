/** The port through which use cases, worker and gateway talk to what runs inside a box. `lib/link` implements it. */
import type { Duplex, Readable, Writable } from "node:stream";

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
	/** Write: stdin. Read: stdout (with a pty: the terminal). Backpressure holds both ways, down to the process in the box. */
	stdio: Duplex;
	/** Empty with a pty. Shares the channel's flow control with stdout: who does not want it calls `stderr.resume()`. */
	stderr: Readable;
	/** Resolves when the process was reaped; rejects when the link broke first: an exit code is never invented. */
	exit: Promise<{ code: number | null; signal: string | null }>;
	/** With a pty. */
	resize(size: { cols: number; rows: number }): void;
	/** A name as `TERM` or `SIGTERM`; best effort, and sshd refuses it for `root`: kill by pid there. */
	signal(name: string): void;
	/** With a pty the process gets a hang-up; without one it goes on, with its pipes closed. */
	close(): void;
};

export type BoxFileKind = "file" | "directory" | "symlink" | "other";

export type BoxFileStat = {
	kind: BoxFileKind;
	sizeBytes: number;
	/** Permission bits, 0..0o7777. */
	mode: number;
	modifiedAt: Date;
};

/** `name` is whatever bytes the box chose (never a path): escape it where it is shown. */
export type BoxFileEntry = BoxFileStat & { name: string };

/**
 * Files in a box, as the link's user (SFTP). Every call has a deadline; errors are AppErrors: `not_found`, `forbidden`, `conflict`,
 * `unavailable`, `timeout`.
 */
export interface BoxFiles {
	/** Of the link itself when the path is a symlink. */
	stat(path: string): Promise<BoxFileStat>;
	/** Of what a symlink leads to; `not_found` when it leads nowhere. */
	follow(path: string): Promise<BoxFileStat>;
	/** What a symlink says, as it is written there: any text. */
	readLink(path: string): Promise<string>;
	/** Absolute and without symlinks, of what is there; `.` is the user's home. */
	realPath(path: string): Promise<string>;
	/** At most `entriesMax` (10,000) entries; `isTruncated` says that there are more. */
	list(path: string): Promise<{ entries: BoxFileEntry[]; isTruncated: boolean }>;
	/** Bytes from `start` to `end` inclusive; errors come as the stream's `error`. */
	read(o: { path: string; start?: number; end?: number }): Readable;
	/**
	 * Makes or truncates; with `isNew` it must not be there yet. `mode` is the file's in the end, whatever the umask. `finish` says
	 * that the box took all of it, and with `isSynced` that it is on the disk.
	 */
	write(o: { path: string; mode?: number; isNew?: boolean; isSynced?: boolean }): Writable;
	makeDirectory(path: string): Promise<void>;
	setMode(o: { path: string; mode: number }): Promise<void>;
	/** Replaces what is there, unless told to `keepExisting`: then that is a `conflict`. */
	rename(o: { from: string; to: string; keepExisting?: boolean }): Promise<void>;
	removeFile(path: string): Promise<void>;
	removeDirectory(path: string): Promise<void>;
	close(): void;
}

export type BoxPty = {
	term: string;
	cols: number;
	rows: number;
	/** Terminal modes as SSH encodes them (RFC 4254, section 8); the pty's own defaults when left out. */
	modes?: Uint8Array;
};

/** What a login starts: the user's login shell, a command through it (bytes, since file names need not be UTF-8), or file transfer. */
export type BoxProgram = { kind: "shell" } | { kind: "command"; command: Uint8Array } | { kind: "sftp" };

export interface BoxLink {
	readonly user: BoxUser;
	/** False once the connection is gone; a new link is then opened by whoever holds the pool. */
	readonly isOpen: boolean;
	/** Runs `command` through the user's shell (sshd's way). `signal` closes the channel. */
	open(o: { command: string; env?: Record<string, string>; pty?: BoxPty; signal?: AbortSignal }): Promise<BoxChannel>;
	/**
	 * What `ssh` does: `sftp` is the box's own file server as raw bytes. With `agent` the program finds an SSH agent, which the link
	 * was opened for. `signal` closes the channel.
	 */
	login(o: {
		program: BoxProgram;
		env?: Record<string, string>;
		pty?: BoxPty;
		agent?: boolean;
		signal?: AbortSignal;
	}): Promise<BoxChannel>;
	/** Collects bounded output. A non-zero exit does not throw; a broken link or the deadline does (AppError unavailable / timeout). */
	run(o: {
		command: string;
		env?: Record<string, string>;
		stdin?: string | Buffer;
		timeoutMs: number;
		outputMaxBytes?: number;
		signal?: AbortSignal;
	}): Promise<BoxExecResult>;
	/** A file session; each is a channel of its own. */
	files(o?: { signal?: AbortSignal }): Promise<BoxFiles>;
	/** A TCP connection made from inside the box, for example to 127.0.0.1:3000. AppError `unavailable` when nobody listens. */
	openTcp(o: { host: string; port: number; signal?: AbortSignal }): Promise<Duplex>;
	/** A connection to a unix socket in the box, as the link's user. AppError `unavailable` when nobody listens. */
	openSocket(o: { path: string; signal?: AbortSignal }): Promise<Duplex>;
	/** Resolves when the connection has ended, whoever ended it. */
	readonly closed: Promise<void>;
	close(): void;
}

/** Something in the box that listens for a client outside; `close` ends it, and what is connected goes on. */
export type BoxListener = { port: number; close(): Promise<void> };

/**
 * A link for one client alone, which may have the box open connections to that client: those carry no session, so that on a
 * shared link nobody could say whose they are.
 */
export interface ForwardingLink extends BoxLink {
	/** On the box's loopback; port 0 lets the box choose. AppError `unavailable` when the port is taken. */
	listenTcp(o: {
		port: number;
		onConnection: (stream: Duplex, from: { host: string; port: number }) => void;
		signal?: AbortSignal;
	}): Promise<BoxListener>;
	/** A unix socket at `path`, in place of one that is there. */
	listenSocket(o: { path: string; onConnection: (stream: Duplex) => void; signal?: AbortSignal }): Promise<BoxListener>;
}

/** Opens links and keeps them; one per (instance, user) and process. */
export interface BoxLinks {
	/**
	 * An open link: the one at hand, or a new one (calls at the same time share one opening). Throws AppError `unavailable` with
	 * what to do, `timeout` past the deadline of opening (15 s).
	 */
	get(o: { instance: string; user: BoxUser; signal?: AbortSignal }): Promise<BoxLink>;
	/** A new link that is the caller's to close. `onAgent` gets what programs in the box say to the SSH agent. Errors as in `get`. */
	openForwarding(o: {
		instance: string;
		user: BoxUser;
		onAgent: (stream: Duplex) => void;
		signal?: AbortSignal;
	}): Promise<ForwardingLink>;
	/**
	 * Sees that the box finds us at its control socket: opens root's link where there is none, and listens where nobody answers. Resolves
	 * at once where this process answers no control sockets. Errors as in `get`.
	 */
	holdControl(o: { instance: string; signal?: AbortSignal }): Promise<void>;
	/** Ends all links into that box: before a freeze, a stop, a destroy. */
	drop(instance: string): void;
	close(): Promise<void>;
}
