import { z } from "zod";
import { execModes, execSignals, execStatuses, execStreams } from "../domain/exec.ts";
import { devboxIdParams } from "./devboxes.ts";
import { defineOperations } from "./operation.ts";
import { pageOf } from "./paging.ts";
import { secretText } from "./secret-field.ts";

const timestamp = z.iso.datetime();

/** The kernel takes no longer argument or `NAME=value`: 128 KiB with the NUL at its end. */
const argumentBytesMax = 131_071;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

const argument = z.string().refine((text) => bytesOf(text) <= argumentBytesMax, {
	error: "An argument takes at most 128 KiB. Put larger data in a file or on stdin.",
});

const environment = z
	.record(
		z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/, "A variable's name has letters, digits and _ only."),
		secretText(z.string()),
	)
	.superRefine((env, context) => {
		const entries = Object.entries(env);
		if (entries.length > 100) context.addIssue({ code: "custom", message: "At most 100 variables." });
		for (const [name, value] of entries)
			if (value.bytes + name.length + 1 > argumentBytesMax)
				context.addIssue({ code: "custom", path: [name], message: "A variable takes at most 128 KiB." });
	});

const cells = z.number().int().min(1).max(1_000);

export const execRequest = z
	.object({
		argv: z
			.array(argument)
			.min(1)
			.max(4_096)
			.optional()
			.meta({
				description: "Program and arguments, handed over as they are: no shell reads them. Or `script`.",
				example: ["git", "commit", "-m", "it's done"],
			}),
		script: argument
			.min(1)
			.optional()
			.meta({ description: "Run by `bash -c` (`sh -c` where there is no bash). Or `argv`." }),
		cwd: z
			.string()
			.min(1)
			.max(4_096)
			.optional()
			.meta({ description: "Absolute, or below the user's home, which is the default" }),
		env: environment.optional().meta({ description: "Goes before the devbox's own environment" }),
		stdin: z.string().optional().meta({ description: "Standard input. Left out, it is empty" }),
		stdin_open: z.boolean().default(false).meta({
			description: "Standard input stays open for `POST …/stdin`. With `tty` it always does. Not with `detach`.",
		}),
		user: z.enum(["devbox", "root"]).default("devbox"),
		tty: z.boolean().default(false).meta({ description: "On a terminal: all output is `stdout`. Not with `detach`." }),
		cols: cells.default(80),
		rows: cells.default(24),
		timeout_ms: z.number().int().min(1).max(604_800_000).optional().meta({
			description: "Then the whole process group gets SIGTERM, and SIGKILL 5 s later. Left out: no limit",
		}),
		detach: z.boolean().default(false).meta({
			description: "Goes on without this server; at most 10 MiB of each output are kept in the devbox.",
		}),
		linger_ms: z.number().int().min(0).max(86_400_000).default(60_000).meta({
			description: "How long one that is not detached goes on when no request follows it.",
		}),
	})
	.superRefine((body, context) => {
		const refuse = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
		if (body.argv !== undefined && body.script !== undefined) refuse("script", "Give either `argv` or `script`.");
		if (body.argv === undefined && body.script === undefined) refuse("argv", "Give `argv` or `script`.");
		if (body.argv?.[0] === "") refuse("argv", "The program's name is empty.");
		if (body.detach && body.tty) refuse("tty", "A detached exec has no terminal.");
		if (body.detach && body.stdin_open) refuse("stdin_open", "A detached exec takes its input in `stdin`.");
	})
	.meta({ id: "ExecRequest" });
export type ExecRequest = z.infer<typeof execRequest>;

export const execResponse = z
	.object({
		id: z.string(),
		devbox_id: z.string(),
		mode: z.enum(execModes),
		argv: z.array(z.string()).nullable(),
		script: z.string().nullable(),
		cwd: z.string().nullable().meta({ description: "As asked for; null: the home" }),
		user: z.enum(["devbox", "root"]),
		tty: z.boolean(),
		status: z.enum(execStatuses).meta({
			description: "`lost`: how it ended is not known, or nobody was there to see it; `reason` says why.",
		}),
		exit_code: z.number().nullable().meta({ description: "Of the reaped process; null when a signal ended it" }),
		signal: z.string().nullable().meta({ description: "As `SIGTERM`: what ended the process" }),
		reason: z.string().nullable().meta({ description: "Why it was ended or lost" }),
		timeout_ms: z.number().nullable(),
		stdout_bytes: z.number().meta({ description: "Written so far; of a detached one, kept so far" }),
		stderr_bytes: z.number(),
		is_stdout_truncated: z.boolean().meta({ description: "More was written than is kept" }),
		is_stderr_truncated: z.boolean(),
		created_at: timestamp,
		finished_at: timestamp.nullable(),
	})
	.meta({ id: "Exec" });
export type ExecResponse = z.infer<typeof execResponse>;

/**
 * What an exec's stream sends, in order: `exec` (an Exec), then `stdout` and `stderr` as they come (`{ offset, data }`, data in
 * base64, offset of its first byte), last `exit` (the Exec as it ended). `gap` (`{ stream, offset, next_offset }`) stands for output
 * that is not kept any more. `error` (`{ code, detail }`) ends a stream that can be asked for again while the exec goes on.
 */
export const execEvents = ["exec", "stdout", "stderr", "gap", "exit", "error"] as const;

const execParams = devboxIdParams.extend({ exec_id: z.string().meta({ description: "Id of the exec, `exe_…`" }) });
const offset = z.coerce.number<number | string>().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
const reads = ["unauthenticated", "forbidden", "not_found", "invalid"] as const;
const starts = [...reads, "wrong_state", "conflict", "rate_limited", "unavailable", "timeout"] as const;
const controls = [...reads, "wrong_state", "unavailable", "timeout"] as const;

export const execOperations = defineOperations({
	createExec: {
		id: "createExec",
		method: "POST",
		path: "/devboxes/{id}/execs",
		summary: "Start a command in a devbox and answer its id",
		scope: "exec",
		idempotent: "exec",
		params: devboxIdParams,
		body: execRequest,
		response: { status: 201, body: execResponse },
		errors: starts,
	},
	runExec: {
		id: "runExec",
		method: "POST",
		path: "/devboxes/{id}/execs/run",
		summary: "Start a command and stream it to its end; a repetition with the same Idempotency-Key joins it",
		scope: "exec",
		idempotent: "exec",
		params: devboxIdParams,
		body: execRequest,
		response: { status: 200, body: z.string(), contentType: "text/event-stream" },
		errors: starts,
	},
	listExecs: {
		id: "listExecs",
		method: "GET",
		path: "/devboxes/{id}/execs",
		summary: "List a devbox's execs, newest first",
		scope: "exec",
		params: devboxIdParams,
		query: z.object({
			cursor: z.string().max(200).optional(),
			limit: z.coerce.number<number | string>().int().min(1).max(200).default(50),
			status: z.enum(execStatuses).optional(),
		}),
		response: { status: 200, body: pageOf(execResponse) },
		errors: reads,
	},
	getExec: {
		id: "getExec",
		method: "GET",
		path: "/devboxes/{id}/execs/{exec_id}",
		summary: "Get one exec",
		scope: "exec",
		rateLimit: "poll",
		params: execParams,
		response: { status: 200, body: execResponse },
		errors: reads,
	},
	streamExec: {
		id: "streamExec",
		method: "GET",
		path: "/devboxes/{id}/execs/{exec_id}/stream",
		summary: "Follow an exec from any offset",
		scope: "exec",
		params: execParams,
		query: z.object({ stdout_offset: offset, stderr_offset: offset }),
		response: { status: 200, body: z.string(), contentType: "text/event-stream" },
		errors: [...reads, "wrong_state", "rate_limited", "unavailable", "timeout"],
	},
	getExecLogs: {
		id: "getExecLogs",
		method: "GET",
		path: "/devboxes/{id}/execs/{exec_id}/logs/{stream}",
		summary: "Download what an exec has written so far; `Devbox-Log-Offset` says where in it the answer begins",
		scope: "exec",
		params: execParams.extend({ stream: z.enum(execStreams) }),
		query: z.object({ offset }),
		response: { status: 200, body: z.string(), contentType: "application/octet-stream" },
		errors: [...reads, "wrong_state", "unavailable", "timeout"],
	},
	cancelExec: {
		id: "cancelExec",
		method: "DELETE",
		path: "/devboxes/{id}/execs/{exec_id}",
		summary: "End an exec's whole process group: SIGTERM, and SIGKILL after 5 s. One that has ended stays as it is",
		scope: "exec",
		params: execParams,
		response: { status: 202, body: execResponse },
		errors: controls,
	},
	signalExec: {
		id: "signalExec",
		method: "POST",
		path: "/devboxes/{id}/execs/{exec_id}/signal",
		summary: "Send a signal to an exec's process group",
		scope: "exec",
		params: execParams,
		body: z.object({
			signal: z
				.string()
				.transform((name) => name.replace(/^SIG/, ""))
				.pipe(z.enum(execSignals))
				.meta({ description: "As `INT` or `SIGINT`", example: "INT" }),
		}),
		response: { status: 202, body: execResponse },
		errors: controls,
	},
	resizeExec: {
		id: "resizeExec",
		method: "POST",
		path: "/devboxes/{id}/execs/{exec_id}/resize",
		summary: "Tell the terminal of an exec its size",
		scope: "exec",
		params: execParams,
		body: z.object({ cols: cells, rows: cells }),
		response: { status: 204, body: null },
		errors: controls,
	},
	writeExecStdin: {
		id: "writeExecStdin",
		method: "POST",
		path: "/devboxes/{id}/execs/{exec_id}/stdin",
		summary: "Write to an exec's standard input; the answer comes when the process has been given all of it",
		scope: "exec",
		params: execParams,
		query: z.object({ eof: z.enum(["true", "false"]).default("false").meta({ description: "Close it afterwards" }) }),
		requestContentType: "application/octet-stream",
		response: { status: 204, body: null },
		errors: [...controls, "conflict"],
	},
});
