import type { CreateDevboxHeaders, CreateDevboxRequest, DevboxResponse } from "../../contract/devboxes.ts";
import { insertDevbox, type NewDevboxName } from "../../db/devboxes.ts";
import { findImageRow, listImageRows } from "../../db/images.ts";
import { getOwnMember, listAdminLogins } from "../../db/members.ts";
import type { Actor } from "../../domain/actor.ts";
import { devboxNameProblem, labelOf } from "../../domain/devbox-name.ts";
import { invalidField } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { checkDevboxQuota, devboxesPerUserDefault } from "../../domain/quota.ts";
import type { CreateDeps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";
import { requestedRepositories } from "./requested-repositories.ts";
import { sealedInputs } from "./sealed-inputs.ts";

/**
 * Checks name, quota and image, seals the secrets, writes the row with its inputs, run and operations in one transaction, and
 * answers: a worker does the rest.
 */
export async function createDevbox(
	deps: CreateDeps,
	actor: Actor,
	input: { body: CreateDevboxRequest; headers: CreateDevboxHeaders },
	made: { newId?: string } = {},
): Promise<DevboxResponse> {
	const { db, sealer } = deps;
	const { body } = input;
	const name = newName(actor, body.name);
	const repositories = requestedRepositories(body, deps);
	const [image, member, admins] = await Promise.all([
		findImageRow(db, body.image),
		getOwnMember(db, actor),
		listAdminLogins(db, actor),
	]);
	if (!image) {
		const known = (await listImageRows(db)).map((row) => row.name).join(", ");
		throw invalidField(
			"image",
			`Unknown image ${JSON.stringify(body.image.slice(0, 80))}. Known images: ${known || "none yet"}.`,
		);
	}
	const limit = member.devboxQuota ?? devboxesPerUserDefault;
	const id = made.newId ?? newId("devbox");
	const row = await insertDevbox(db, actor, {
		id,
		mayExist: made.newId !== undefined,
		name,
		image: image.name,
		imageRef: image.ref,
		size: body.size,
		accessMode: body.access_mode,
		withoutSteps: [],
		inputs: sealedInputs(input, { sealer, workspaceId: actor.workspaceId, id }),
		repositories,
		checkQuota: (used) => checkDevboxQuota({ used, limit, admins }),
	});
	return toDevboxResponse(row, deps, actor);
}

/** A service names its boxes for people, and gets a label derived; whoever else asks means a label. */
function newName(actor: Actor, name: string): NewDevboxName {
	if (actor.isProvider) return { label: labelOf(name), displayName: name, isDerived: true };
	const problem = devboxNameProblem(name);
	if (problem) throw invalidField("name", problem);
	return { label: name, displayName: null, isDerived: false };
}
