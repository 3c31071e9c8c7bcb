import { type DevboxRow, getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxLink, BoxUser } from "../../domain/box-link.ts";
import { AppError } from "../../domain/errors.ts";
import { instanceName } from "../../domain/ids.ts";
import type { BoxDeps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

/** The box when something can run in it now; otherwise `wrong_state`, saying what to do. */
export async function getRunningDevbox({ db }: Pick<BoxDeps, "db">, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await getDevboxRow(db, actor, id);
	const box = toDevboxResponse(row);
	if (box.actions.includes("open_terminal") && row.hostId) return row;
	const next = box.actions.includes("start")
		? `Start it with POST /devboxes/${id}/start.`
		: "Wait until it is ready, or create another.";
	throw new AppError({ code: "wrong_state", message: `${row.name} is ${row.state}. ${next}` });
}

/** A link into a running box, as one of its two users. */
export async function linkToDevbox(
	deps: BoxDeps,
	actor: Actor,
	o: { id: string; user: BoxUser; signal?: AbortSignal },
): Promise<BoxLink> {
	const row = await getRunningDevbox(deps, actor, o.id);
	const links = deps.linksOf(row.hostId ?? "");
	return links.get({ instance: instanceName(row.id), user: o.user, signal: o.signal });
}
