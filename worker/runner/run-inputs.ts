import type pg from "pg";
import { readDevboxInputs } from "../../lib/db/devbox-inputs.ts";
import { type AiTokens, type AiTool, setupLimits } from "../../lib/domain/devbox-inputs.ts";
import type { SealedFor, Sealer } from "../../lib/domain/sealer.ts";

export type RunInputs = {
	env: Record<string, string>;
	/** Those that are still kept: until they were injected. */
	aiTokens: AiTokens;
	/** Those that were asked for, given or not. */
	aiTools: AiTool[];
	setupCommands: string[];
	setupTimeoutSeconds: number;
};

const nothing: RunInputs = {
	env: {},
	aiTokens: {},
	aiTools: [],
	setupCommands: [],
	setupTimeoutSeconds: setupLimits.timeoutSecondsDefault,
};

/** Throws AppError `conflict` for values that were not sealed for this box, `unavailable` without their key. */
export async function readRunInputs(o: {
	pool: pg.Pool;
	sealer: Sealer;
	devboxId: string;
	patienceMs: number;
}): Promise<RunInputs> {
	const row = await readDevboxInputs(o.pool, o);
	if (!row) return nothing;
	const open = (sealed: Buffer | null, purpose: SealedFor["purpose"]) =>
		sealed
			? (JSON.parse(
					o.sealer.open(sealed, { workspaceId: row.workspaceId, purpose, id: o.devboxId, version: 1 }),
				) as Record<string, string>)
			: {};
	return {
		env: open(row.env, "devbox-env"),
		aiTokens: open(row.aiTokens, "devbox-ai-tokens"),
		aiTools: [
			...(row.injectClaudeToken ? ["claude" as const] : []),
			...(row.injectCodexToken ? ["codex" as const] : []),
		],
		setupCommands: row.setupCommands,
		setupTimeoutSeconds: row.setupTimeoutSeconds,
	};
}
