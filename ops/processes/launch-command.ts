/**
 * How a process of ours is run: as its own user without a way back to root, and ending with us whatever ends us. A clone that
 * this user cannot reach (in root's closed home) is shown to it at a path that it can, in a mount namespace of the process alone.
 */
import type { SystemUser } from "../install/system-users.ts";

export type CodeView = {
	/** Where the clone is. */
	cloneDir: string;
	/** Null when everybody can reach the clone; else the empty folder that it is shown at. */
	mountPoint: string | null;
};

export type LaunchOptions = {
	command: readonly [string, ...string[]];
	/** Null: as we are. */
	user: SystemUser | null;
	view: CodeView;
	/** What the process gets when its supervisor dies. */
	signalAtOrphaning: "TERM" | "INT";
};

const mountAndRun = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';

/** Every program in the chain replaces itself by the next: the pid is that of the process, and signals reach it. */
export function launchCommand(o: LaunchOptions): [string, ...string[]] {
	const privileges = o.user
		? [
				`--reuid=${o.user.uid}`,
				`--regid=${o.user.gid}`,
				"--clear-groups",
				"--inh-caps=-all",
				"--bounding-set=-all",
				"--no-new-privs",
			]
		: [];
	const { cloneDir } = o.view;
	// Root reaches the clone where it is.
	const mountPoint = o.user ? o.view.mountPoint : null;
	const [program, ...args] = o.command.map((word) => seenAt({ cloneDir, mountPoint }, word));
	const inner = ["setpriv", ...privileges, "--pdeathsig", o.signalAtOrphaning, "--", String(program), ...args];
	if (mountPoint === null) return inner as [string, ...string[]];
	return [
		"unshare",
		"--mount",
		"--propagation",
		"private",
		"--",
		"/bin/sh",
		"-c",
		mountAndRun,
		"sh",
		cloneDir,
		mountPoint,
		...inner,
	];
}

/** A path in the clone as the process sees it. */
function seenAt(view: CodeView, file: string): string {
	if (view.mountPoint === null) return file;
	if (file !== view.cloneDir && !file.startsWith(`${view.cloneDir}/`)) return file;
	return view.mountPoint + file.slice(view.cloneDir.length);
}
