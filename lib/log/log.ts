/** Logs are JSON lines on stdout. Fields that may hold a secret are cut by name, whoever logs them. */
import { type Logger, pino } from "pino";

export type Log = Logger;

export function openLog(name: string, level = process.env.LOG_LEVEL ?? "info"): Log {
	return pino({
		name,
		level,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: (label) => ({ level: label }) },
		redact: {
			paths: [
				"token",
				"*.token",
				"ticket",
				"*.ticket",
				"secret",
				"session_id",
				"*.session_id",
				"*.secret",
				"password",
				"*.password",
				"cookie",
				"*.cookie",
				"authorization",
				"*.authorization",
				"headers.cookie",
				"headers.authorization",
			],
			censor: "[redacted]",
		},
	});
}
