/** What a devbox was asked to be made with: written with its row, read by the worker, and gone when the box is (a trigger). */
import type pg from "pg";
import type { AiTool } from "../domain/devbox-inputs.ts";
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { queryPatiently } from "./patient-query.ts";

/** Secrets are sealed before they come here. */
export type NewDevboxInputs = {
	env: Uint8Array<ArrayBuffer> | null;
	/** Of `env`: those that secrets carry are not among them. */
	envNames: string[];
	/** Secrets that are in all boxes come too. */
	inheritsSecrets: boolean;
	aiTokens: Uint8Array<ArrayBuffer> | null;
	injectClaudeToken: boolean;
	injectCodexToken: boolean;
	setupCommands: string[];
	setupTimeoutSeconds: number;
};

export type NewDevboxRepository = {
	repoId: number;
	fullName: string;
	url: string;
	/** Null: the default branch. */
	ref: string | null;
	targetPath: string;
	/** Commits of history; null for all. */
	depth: number | null;
	submodules: boolean;
	push: boolean;
};

export type DevboxInputsRow = {
	/** What `env` and `aiTokens` were sealed for, beside the box. */
	workspaceId: string;
	env: Buffer | null;
	aiTokens: Buffer | null;
	/** Brought in since the last start. */
	aiTokensPresent: AiTool[];
	injectClaudeToken: boolean;
	injectCodexToken: boolean;
	setupCommands: string[];
	setupTimeoutSeconds: number;
};

export async function insertDevboxInputs(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; inputs: NewDevboxInputs },
): Promise<void> {
	await tx.devboxInputs.create({ data: { devboxId: o.devboxId, ...o.inputs } });
}

export async function insertDevboxRepositories(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; repositories: readonly NewDevboxRepository[] },
): Promise<void> {
	const data = o.repositories.map((repository, position) => ({ devboxId: o.devboxId, position, ...repository }));
	if (data.length > 0) await tx.devboxRepository.createMany({ data });
}

/** Null for a box that was asked for nothing of it. */
export async function readDevboxInputs(
	pool: Pick<pg.Pool, "query">,
	o: { devboxId: string; patienceMs: number },
): Promise<DevboxInputsRow | null> {
	const { rows } = await queryPatiently<DevboxInputsRow>(pool, {
		text: `SELECT d.workspace_id AS "workspaceId", i.env, i.ai_tokens AS "aiTokens", i.ai_tokens_present AS "aiTokensPresent", i.inject_claude_token AS "injectClaudeToken",
				i.inject_codex_token AS "injectCodexToken", i.setup_commands AS "setupCommands",
				i.setup_timeout_seconds AS "setupTimeoutSeconds"
			FROM devbox_inputs i JOIN devboxes d ON d.id = i.devbox_id WHERE i.devbox_id = $1`,
		values: [o.devboxId],
		patienceMs: o.patienceMs,
	});
	return rows[0] ?? null;
}

/** Which AI tokens are in the box now; `sealed`: what they were read from, which nobody needs any more. */
export type SettledAiTokens = { present: readonly AiTool[]; sealed: Buffer | null };

/** What a box was asked to run once it is there; null for nothing of the kind. The box is the actor's own: the caller has looked. */
export function findSetup(
	db: Pick<Database, "prisma">,
	devboxId: string,
): Promise<{ setupCommands: string[]; setupTimeoutSeconds: number } | null> {
	const select = { setupCommands: true, setupTimeoutSeconds: true };
	return dbCall(() => db.prisma.devboxInputs.findUnique({ where: { devboxId }, select }));
}

/** In a statement that has the CTE `box`: the AI tokens of that box are no more. */
export const forgetAiTokensCte = `tokens AS (
	UPDATE devbox_inputs i SET ai_tokens = NULL FROM box WHERE i.devbox_id = box.id AND i.ai_tokens IS NOT NULL
)`;

/** In such a statement: they are in the box. Others that were given meanwhile stay until they are brought in. Adds to `values`. */
export function settleAiTokensCte(settled: SettledAiTokens, values: unknown[]): string {
	return `tokens AS (
	UPDATE devbox_inputs i SET ${settleSql(settled, values)} FROM box WHERE i.devbox_id = box.id
)`;
}

/** The same by itself. */
export async function settleAiTokens(
	pool: Pick<pg.Pool, "query">,
	o: { devboxId: string; settled: SettledAiTokens; patienceMs: number },
): Promise<void> {
	const values: unknown[] = [o.devboxId];
	const text = `UPDATE devbox_inputs i SET ${settleSql(o.settled, values)} WHERE i.devbox_id = $1`;
	await queryPatiently(pool, { text, values, patienceMs: o.patienceMs });
}

/** Whether there is anything to bring into a box; a ready one alone is asked about. */
export async function isAskedForEnvironment(pool: Pick<pg.Pool, "query">, devboxId: string): Promise<boolean> {
	const text = `SELECT 1 FROM devbox_inputs i JOIN devboxes d ON d.id = i.devbox_id WHERE i.devbox_id = $1 AND d.state = 'ready'`;
	return ((await pool.query({ name: "asked-for-environment", text, values: [devboxId] })).rowCount ?? 0) > 0;
}

/** Where the value begins in an envelope (lib/vault/envelope-sealer.ts), counted from 1. */
const sealedValueAt = 70;

function settleSql({ present, sealed }: SettledAiTokens, values: unknown[]): string {
	const presentAt = values.push(present);
	const sealedAt = values.push(sealed);
	// A new key-encryption key wraps the same tokens anew: what comes after the head and the wrapped key stays as it was.
	const sealedPart = (value: string) => `substring(${value} FROM ${sealedValueAt})`;
	return `ai_tokens = CASE WHEN ${sealedPart("i.ai_tokens")} IS NOT DISTINCT FROM ${sealedPart(`$${sealedAt}::bytea`)}
			THEN NULL ELSE i.ai_tokens END,
		ai_tokens_present = $${presentAt}::text[]`;
}
