/**
 * Opens a link: SSH to an sshd that the engine runs in the box, over the exec's byte stream. In order: a key pair that lives in
 * this call alone; `sshd -i` in the box with the public half; ssh2's client over the stream, under guard; authenticated, or an
 * AppError that says what to do.
 */
import type { Duplex } from "node:stream";
import type { BoxUser } from "../domain/box-link.ts";
import type { Engine, ExecStream } from "../engines/engine.ts";
import { aborted, linkTimeout, openFailure } from "./link-errors.ts";
import { newLinkKeys } from "./link-keys.ts";
import { linkLimits } from "./link-limits.ts";
import { connectSsh } from "./ssh-connection.ts";
import { type OpenedLink, Ssh2Link } from "./ssh2-link.ts";
import { sshdCommand } from "./sshd-command.ts";
import { withAbort } from "./with-abort.ts";

/** What of an engine a link needs. */
export type ExecEngine = Pick<Engine, "exec">;

type OpenLinkInput = {
	engine: ExecEngine;
	instance: string;
	user: BoxUser;
	/** One client's own: it may listen in the box, and `onAgent` gets what programs there say to the SSH agent. */
	forwarding?: { onAgent: (stream: Duplex) => void };
	/** Milliseconds for all of it; 15,000 when left out. */
	timeoutMs?: number;
	signal?: AbortSignal;
};

/** Throws AppError `unavailable` (with what to do) or `timeout`. Leaves nothing running after an error. */
export async function openLink(o: OpenLinkInput): Promise<OpenedLink> {
	const deadline = AbortSignal.timeout(o.timeoutMs ?? linkLimits.openTimeoutMs);
	const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
	const keys = newLinkKeys();
	const failure = () => (deadline.aborted ? linkTimeout("opening a connection into it") : aborted(signal));
	if (signal.aborted) throw failure();
	const forwards = o.forwarding !== undefined;
	const command = sshdCommand({ user: o.user, publicKey: keys.public.trim(), forwards });
	let exec: ExecStream;
	try {
		exec = await withAbort(o.engine.exec({ name: o.instance, command, signal }), {
			signal,
			failure,
			late: (stream) => stream.kill(),
		});
	} catch (cause) {
		throw openFailure({ exitCode: null, stderr: Buffer.alloc(0), cause: signal.aborted ? failure() : cause });
	}
	const connection = connectSsh({ exec, user: o.user, privateKey: keys.private, forwards });
	try {
		await withAbort(connection.ready, { signal, failure, late: () => undefined });
	} catch (cause) {
		connection.end(cause);
		throw openFailure({ ...(await connection.remains()), cause });
	}
	return new Ssh2Link({ user: o.user, connection, onAgent: o.forwarding?.onAgent ?? null });
}
