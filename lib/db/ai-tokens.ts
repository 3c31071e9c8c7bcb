/** AI tokens that wait, sealed, for their box. */
import { setupLimits } from "../domain/devbox-inputs.ts";
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { insertRun } from "./insert-run.ts";

type KeptAiTokens = {
	workspaceId: string;
	devboxId: string;
	/** Those that are given. */
	tools: { claude: boolean; codex: boolean };
	/** `waiting`: what is kept already. */
	seal: (waiting: Uint8Array | null) => Uint8Array<ArrayBuffer>;
};

/**
 * With it goes a run that brings them in, unless the box is off and shall be: then its next start does. Answers false for a box that
 * is neither ready nor stopped.
 */
export function keepAiTokens(db: Pick<Database, "prisma">, o: KeptAiTokens): Promise<boolean> {
	const { devboxId, workspaceId } = o;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const where = { id: devboxId, workspaceId, state: { in: ["ready", "stopped"] } };
			const { count } = await tx.devbox.updateMany({
				where: { ...where, desiredState: { not: "destroyed" } },
				data: { updatedAt: new Date() },
			});
			if (count === 0) return false;
			await write(tx, o);
			const box = await tx.devbox.findUniqueOrThrow({ where: { id: devboxId }, select: { desiredState: true } });
			if (box.desiredState === "running") await insertRun(tx, { devboxId, pipeline: "refresh-environment" });
			return true;
		}),
	);
}

async function write(tx: Prisma.TransactionClient, o: KeptAiTokens): Promise<void> {
	const { devboxId, tools } = o;
	const [row] = await tx.$queryRaw<{ aiTokens: Uint8Array | null }[]>`
		SELECT ai_tokens AS "aiTokens" FROM devbox_inputs WHERE devbox_id = ${devboxId} FOR UPDATE`;
	const aiTokens = o.seal(row?.aiTokens ?? null);
	const asked = {
		...(tools.claude ? { injectClaudeToken: true } : {}),
		...(tools.codex ? { injectCodexToken: true } : {}),
	};
	await tx.devboxInputs.upsert({
		where: { devboxId },
		update: { aiTokens, ...asked },
		create: { devboxId, aiTokens, ...asked, setupTimeoutSeconds: setupLimits.timeoutSecondsDefault },
	});
}
