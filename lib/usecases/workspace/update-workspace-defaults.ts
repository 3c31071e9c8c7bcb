import type { UpdateWorkspaceDefaultsRequest, WorkspaceDefaultsResponse } from "../../contract/workspace-defaults.ts";
import { findImageRow } from "../../db/images.ts";
import { canAnyHostEnforce } from "../../db/network-policies.ts";
import { getWorkspaceDefaults, putWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { requireInsideWithSecrets } from "../../domain/permissions.ts";
import { type DefaultField, type DefaultValues, defaultFields } from "../../domain/workspace-defaults.ts";
import type { Deps } from "../deps.ts";
import { choosePolicy } from "../network/choose-policy.ts";
import { toDefaultsResponse } from "./get-workspace-defaults.ts";

/** Fields whose value is run in everybody's boxes, after their secrets are there. */
const runFields = ["setup_commands", "repository", "image"] as const;

/** Of devboxes to come: those that are there stay as they are. */
export async function updateWorkspaceDefaults(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: UpdateWorkspaceDefaultsRequest },
): Promise<WorkspaceDefaultsResponse> {
	const run = runFields.find((field) => body[field]?.value !== undefined);
	if (run) requireInsideWithSecrets(actor, `Changing the default ${run}`);
	const before = await getWorkspaceDefaults(db, actor);
	const image = body.image?.value;
	if (image !== undefined && !(await findImageRow(db, image))) throw unknownImage(image);
	const network = body.network_policy?.value;
	if (network)
		await choosePolicy({ db }, actor, {
			ask: network,
			place: ["network_policy", "value"],
			canEnforce: () => canAnyHostEnforce(db),
		});
	const isLocked = (field: DefaultField) => body[field]?.locked ?? before.locked.includes(field);
	const changes = defaultFields.flatMap((field) => {
		const value = body[field]?.value;
		return value === undefined ? [] : [[field, value]];
	});
	const after = await putWorkspaceDefaults(db, actor, {
		from: body.version,
		values: { ...before.values, ...(Object.fromEntries(changes) as Partial<DefaultValues>) },
		locked: defaultFields.filter(isLocked),
		now: new Date(),
	});
	return toDefaultsResponse(after);
}

function unknownImage(image: string): AppError {
	const msg = `Unknown image ${JSON.stringify(image.slice(0, 80))}.`;
	return new AppError({
		code: "invalid",
		message: msg,
		fields: [{ loc: ["body", "image", "value"], msg, type: "value_error" }],
	});
}
