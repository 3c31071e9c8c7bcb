import type { ExecResponse } from "../../contract/execs.ts";
import type { ExecRecord } from "../../domain/exec.ts";
import { iso } from "../devboxes/devbox-response.ts";

/** An exec as API clients see it. Its environment and input are not kept, so nobody sees them. */
export function toExecResponse(record: ExecRecord): ExecResponse {
	return {
		id: record.id,
		devbox_id: record.devboxId,
		mode: record.mode,
		argv: record.argv,
		script: record.script,
		cwd: record.cwd,
		user: record.boxUser,
		tty: record.tty,
		status: record.status,
		exit_code: record.exitCode,
		signal: record.signal,
		reason: record.reason,
		timeout_ms: record.timeoutMs,
		stdout_bytes: record.stdoutBytes,
		stderr_bytes: record.stderrBytes,
		is_stdout_truncated: record.isStdoutTruncated,
		is_stderr_truncated: record.isStderrTruncated,
		created_at: record.createdAt.toISOString(),
		finished_at: iso(record.finishedAt),
	};
}
