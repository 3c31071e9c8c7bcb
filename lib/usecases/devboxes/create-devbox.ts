import type { CreateDevboxRequest, DevboxResponse } from "../../contract/devboxes.ts";
import { insertDevbox } from "../../db/devboxes.ts";
import { findImageRow, listImageRows } from "../../db/images.ts";
import { getOwnMember, listAdminLogins } from "../../db/members.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import { checkDevboxQuota, devboxesPerUserDefault } from "../../domain/quota.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

/** Checks quota and image, writes the row with its run and operations in one transaction, and answers: a worker does the rest. */
export async function createDevbox(
	{ db }: Deps,
	actor: Actor,
	input: { body: CreateDevboxRequest },
	made: { newId?: string } = {},
): Promise<DevboxResponse> {
	const { name, image: imageName, size } = input.body;
	const [image, member, admins] = await Promise.all([
		findImageRow(db, imageName),
		getOwnMember(db, actor),
		listAdminLogins(db, actor),
	]);
	if (!image) {
		const known = (await listImageRows(db)).map((row) => row.name).join(", ");
		throw invalidField(
			"image",
			`Unknown image ${JSON.stringify(imageName.slice(0, 80))}. Known images: ${known || "none yet"}.`,
		);
	}
	const limit = member.devboxQuota ?? devboxesPerUserDefault;
	const row = await insertDevbox(db, actor, {
		id: made.newId,
		name,
		image: image.name,
		imageRef: image.ref,
		size,
		checkQuota: (used) => checkDevboxQuota({ used, limit, admins }),
	});
	return toDevboxResponse(row);
}
