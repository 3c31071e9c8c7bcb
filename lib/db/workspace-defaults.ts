import type { Actor } from "../domain/actor.ts";
import type { NetworkMode, PolicyAsk, SetupPhase } from "../domain/egress-policy.ts";
import { AppError } from "../domain/errors.ts";
import { expiryOf, idleTimeoutOf, idleTimeouts, parseExpiry } from "../domain/lifetime-rules.ts";
import type { SizeName } from "../domain/sizes.ts";
import {
	type DefaultField,
	type DefaultValues,
	productDefaults,
	type WorkspaceDefaults,
} from "../domain/workspace-defaults.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import type { WorkspaceDefaults as WorkspaceDefaultsRecord } from "./generated/client.ts";

export type StoredDefaults = WorkspaceDefaults & { updatedAt: Date | null; updatedBy: string | null };

/** Of the actor's workspace; what the product comes with as long as nobody changed anything. */
export async function getWorkspaceDefaults(
	db: Pick<Database, "prisma">,
	actor: Pick<Actor, "workspaceId">,
): Promise<StoredDefaults> {
	const { workspaceId } = actor;
	const row = await dbCall(() => db.prisma.workspaceDefaults.findUnique({ where: { workspaceId } }));
	if (row) return fromRow(row);
	const values = { ...productDefaults, setup_commands: [] };
	return { version: 0, values, locked: [], updatedAt: null, updatedBy: null };
}

/** Throws `conflict` when the defaults are of another version than the one that the change was made from. */
export async function putWorkspaceDefaults(
	db: Database,
	actor: Actor,
	o: { from: number; values: DefaultValues; locked: readonly DefaultField[]; now: Date },
): Promise<StoredDefaults> {
	const { workspaceId } = actor;
	const data = { ...toColumns(o), updatedAt: o.now, updatedBy: actor.login, version: o.from + 1 };
	const isWritten = await dbCall(async () => {
		if (o.from === 0) return insert();
		const where = { workspaceId, version: o.from };
		return (await db.prisma.workspaceDefaults.updateMany({ where, data })).count > 0;
	});
	if (!isWritten) throw await outdated(db, actor, o.from);
	return { version: data.version, values: o.values, locked: o.locked, updatedAt: o.now, updatedBy: actor.login };

	async function insert(): Promise<boolean> {
		try {
			await db.prisma.workspaceDefaults.create({ data: { workspaceId, ...data } });
			return true;
		} catch (error) {
			if (isUniqueViolation(error)) return false;
			throw error;
		}
	}
}

async function outdated(db: Database, actor: Actor, from: number): Promise<AppError> {
	const { version, updatedBy } = await getWorkspaceDefaults(db, actor);
	const who = updatedBy ? ` by ${updatedBy}` : "";
	return new AppError({
		code: "conflict",
		message: `The defaults were changed${who} meanwhile: they are version ${version}, and this change was made from ${from}. Load them again and make the change anew.`,
	});
}

function toColumns({ values, locked }: Pick<WorkspaceDefaults, "values" | "locked">) {
	return {
		image: values.image,
		size: values.size,
		repositoryUrl: values.repository?.url ?? null,
		repositoryBranch: values.repository?.branch ?? null,
		setupCommands: values.setup_commands,
		setupTimeoutSeconds: values.setup_timeout_seconds,
		idleTimeoutSeconds: idleTimeouts[values.auto_stop_idle_timeout],
		expiresAfterSeconds: parseExpiry(values.expires_after),
		devboxesPerMember: values.devboxes_per_member,
		...networkColumns(values.network_policy),
		locked: [...locked],
	};
}

function networkColumns(ask: PolicyAsk) {
	// Of a named one the mode is not read; should its name ever be lost, nothing is open.
	if ("policy" in ask)
		return {
			networkPolicyName: ask.policy,
			...{ networkMode: "none", networkDomains: [], networkSetupMode: null, networkSetupDomains: [] },
		};
	const { mode: networkMode, egress_domains: networkDomains, setup } = ask;
	const phase = { networkSetupMode: setup?.mode ?? null, networkSetupDomains: setup?.egress_domains ?? [] };
	return { networkPolicyName: null, networkMode, networkDomains, ...phase };
}

function fromRow(row: WorkspaceDefaultsRecord): StoredDefaults {
	return {
		version: row.version,
		values: {
			image: row.image,
			size: row.size as SizeName,
			repository: row.repositoryUrl === null ? null : { url: row.repositoryUrl, branch: row.repositoryBranch },
			setup_commands: row.setupCommands,
			setup_timeout_seconds: row.setupTimeoutSeconds,
			auto_stop_idle_timeout: idleTimeoutOf(row.idleTimeoutSeconds),
			expires_after: expiryOf(row.expiresAfterSeconds),
			devboxes_per_member: row.devboxesPerMember,
			network_policy: row.networkPolicyName
				? { policy: row.networkPolicyName }
				: {
						mode: row.networkMode as NetworkMode,
						egress_domains: row.networkDomains,
						...(row.networkSetupMode && {
							setup: {
								mode: row.networkSetupMode as SetupPhase["mode"],
								egress_domains: row.networkSetupDomains,
							},
						}),
					},
		},
		locked: row.locked as DefaultField[],
		updatedAt: row.updatedAt,
		updatedBy: row.updatedBy,
	};
}
