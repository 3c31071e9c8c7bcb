/** What a box is to have in its environment, opened: its own values, the newest of its secrets, and AI tokens that wait for it. */
import type pg from "pg";
import { readDevboxInputs } from "../../db/devbox-inputs.ts";
import { type BroughtSecret, readWantedSecrets, type WantedSecretRow } from "../../db/devbox-secrets.ts";
import type { AuditActor } from "../../domain/audit.ts";
import type { AiTokens, AiTool } from "../../domain/devbox-inputs.ts";
import type { SealedFor, Sealer } from "../../domain/sealer.ts";
import { type SecretText, textsOf } from "../../domain/secret-text.ts";
import { openSealed } from "../secrets/open-sealed.ts";
import { openSecret } from "../secrets/open-secret.ts";

export type EnvironmentSource = { pool: pg.Pool; sealer: Sealer; devboxId: string; patienceMs: number };

export type BoxEnvironment = {
	workspaceId: string;
	/** Given with the create itself. */
	values: Record<string, SecretText>;
	secrets: (BroughtSecret & { value: SecretText })[];
	/** Deleted since they were asked for. */
	missing: Pick<WantedSecretRow, "envName" | "secretId" | "secretName">[];
	/** Those that are still kept: until they are in the box. */
	aiTokens: AiTokens;
	/** The bytes that `aiTokens` were read from: what was put meanwhile is left alone. */
	aiTokensSealed: Buffer | null;
	/** Those that were asked for, given or not. */
	aiTools: AiTool[];
	/** Brought in since the last start, as far as we know. */
	aiTokensPresent: AiTool[];
};

export const systemActor: AuditActor = { kind: "system" };

/** Null for a box that was asked for nothing. Throws AppError `conflict` for sealed values that are not its own. */
export async function readEnvironment(o: EnvironmentSource): Promise<BoxEnvironment | null> {
	const [row, wanted] = await Promise.all([readDevboxInputs(o.pool, o), readWantedSecrets(o.pool, o)]);
	if (!row) return null;
	const { workspaceId } = row;
	const openTexts = async (sealed: Buffer | null, purpose: SealedFor["purpose"]) =>
		sealed ? textsOf(await openInput(o, { workspaceId, purpose, sealed })) : {};
	const secrets: BoxEnvironment["secrets"] = [];
	for (const { current, ...secret } of wanted) {
		if (!current) continue;
		const { versionId, version, sealed } = current;
		const at = { workspaceId, secretId: secret.secretId, version };
		const value = await openSecret({ ...o, actor: systemActor, at, name: secret.secretName, sealed });
		secrets.push({ ...secret, versionId, version, value });
	}
	return {
		workspaceId,
		values: await openTexts(row.env, "devbox-env"),
		secrets,
		missing: wanted.filter(({ current }) => !current),
		aiTokens: await openTexts(row.aiTokens, "devbox-ai-tokens"),
		aiTokensSealed: row.aiTokens,
		aiTools: [
			...(row.injectClaudeToken ? ["claude" as const] : []),
			...(row.injectCodexToken ? ["codex" as const] : []),
		],
		aiTokensPresent: row.aiTokensPresent,
	};
}

function openInput(
	o: EnvironmentSource,
	input: { workspaceId: string; purpose: SealedFor["purpose"]; sealed: Buffer },
): Promise<SecretText> {
	const { workspaceId, purpose, sealed } = input;
	const what = purpose === "devbox-env" ? "environment" : "AI tokens";
	return openSealed({
		...o,
		actor: systemActor,
		sealedFor: { workspaceId, purpose, id: o.devboxId, version: 1 },
		target: { kind: "devbox", id: o.devboxId },
		sealed,
		refusal: `The devbox's ${what} are not what was sealed for it: they were moved, cut or changed in the database. They are not used.`,
	});
}
