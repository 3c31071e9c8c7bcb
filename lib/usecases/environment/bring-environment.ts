/**
 * Brings a box its environment over root's link, and notes which versions of which secrets are in it from then on. The same for its
 * create, each of its starts, a refresh while it runs, and the first visit after it rebooted by itself.
 */
import { recordAudits, stampAuditEvent } from "../../db/audit-events.ts";
import { recordBroughtSecrets } from "../../db/devbox-secrets.ts";
import { readOwnerSettings } from "../../db/user-settings.ts";
import type { BoxLink } from "../../domain/box-link.ts";
import {
	type AiTool,
	aiTokenVariables,
	environmentBytes,
	environmentLimits,
	environmentTooLarge,
} from "../../domain/devbox-inputs.ts";
import { AppError } from "../../domain/errors.ts";
import { editorVariables } from "../../domain/personal-settings.ts";
import { SecretText } from "../../domain/secret-text.ts";
import { type BoxEnvironment, type EnvironmentSource, readEnvironment, systemActor } from "./read-environment.ts";
import { type EnvironmentEntry, writeEnvironment } from "./write-environment.ts";

type Bring = EnvironmentSource & {
	devboxName: string;
	link: BoxLink;
	/** Whether it ran on since it was last brought its environment: then it still has AI tokens that nobody else has. */
	isRunningOn: boolean;
	/** A box that is being made is refused for a secret that is gone; one that exists goes on without it. */
	failsWithout: boolean;
	signal?: AbortSignal;
};

export type Brought = {
	environment: BoxEnvironment;
	/** AI tokens that are in the box now. */
	aiTokensPresent: AiTool[];
};

/** Null for a box that was asked for nothing: its environment is its owner's editor alone. */
export async function bringEnvironment(o: Bring): Promise<Brought | null> {
	const environment = await readEnvironment(o);
	const own = editorVariables(await readOwnerSettings(o.pool, o)).map(
		([name, value]): EnvironmentEntry => [name, new SecretText(value)],
	);
	if (!environment) {
		await writeEnvironment({ ...o, entries: own, keep: [] });
		return null;
	}
	if (o.failsWithout) throwIfMissing(environment);
	const given = toolsOf(environment);
	const kept = o.isRunningOn ? environment.aiTokensPresent.filter((tool) => !given.includes(tool)) : [];
	// What the box was asked to have wins.
	const entries = [...own, ...entriesOf(environment, given)];
	if (environmentBytes(entries) > environmentLimits.totalBytesMax)
		throw new AppError({ code: "conflict", message: `${environmentTooLarge} Its secrets have grown past that.` });
	const keep = kept.map((tool) => aiTokenVariables[tool]);
	const written = await writeEnvironment({ ...o, entries, keep });
	await record(o, environment);
	const aiTokensPresent = [...given, ...kept.filter((tool) => written.kept.includes(aiTokenVariables[tool]))];
	return { environment, aiTokensPresent };
}

function toolsOf({ aiTokens }: BoxEnvironment): AiTool[] {
	return (Object.keys(aiTokenVariables) as AiTool[]).filter((tool) => aiTokens[tool] !== undefined);
}

function entriesOf(environment: BoxEnvironment, given: readonly AiTool[]): EnvironmentEntry[] {
	const { values, secrets, aiTokens } = environment;
	return [
		...Object.entries(values),
		...secrets.map(({ envName, value }): EnvironmentEntry => [envName, value]),
		...given.flatMap((tool): EnvironmentEntry[] => {
			const token = aiTokens[tool];
			return token ? [[aiTokenVariables[tool], token]] : [];
		}),
	];
}

function throwIfMissing({ missing }: BoxEnvironment): void {
	if (missing.length === 0) return;
	const which = missing.map(({ envName, secretName, secretId }) => `${secretName} (${secretId}) for ${envName}`);
	throw new AppError({
		code: "conflict",
		message: `A secret was deleted before it could be brought in: ${which.join(", ")}. Create the devbox again without it, or with another secret.`,
	});
}

/** After the values arrived: a second time, after a crash in between, says the same again. */
async function record(o: Bring, { workspaceId, secrets }: BoxEnvironment): Promise<void> {
	const { pool, devboxId, patienceMs } = o;
	const brought = secrets.map(({ value: _, ...secret }) => secret);
	await recordBroughtSecrets(pool, { devboxId, secrets: brought, patienceMs });
	if (brought.length === 0) return;
	const events = brought.map(({ secretId, secretName, envName, versionId, version }) =>
		stampAuditEvent({
			workspaceId,
			actor: systemActor,
			action: "secret.use",
			target: { kind: "secret", id: secretId, name: secretName },
			outcome: "success",
			detail: { devbox_id: devboxId, devbox_name: o.devboxName, env_name: envName, version_id: versionId, version },
		}),
	);
	await recordAudits(pool, events);
}
