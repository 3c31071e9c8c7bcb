import { type DevboxRow, getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { BoxLink, BoxUser } from "../../domain/box-link.ts";
import type { DevboxState } from "../../domain/devbox-state.ts";
import { AppError } from "../../domain/errors.ts";
import { instanceName } from "../../domain/ids.ts";
import type { BoxDeps } from "../deps.ts";
import { actionsOf } from "./devbox-response.ts";

const whyNotRunning: Record<DevboxState, string> = {
	requested: "is not made yet. Wait until it is ready.",
	provisioning: "is being made. Wait until it is ready.",
	ready: "is off at the moment and is being started again. Try again in a few seconds.",
	stopped: "is stopped. Start it first.",
	failed: "failed, and nothing of it runs. Its overview says why; destroy it and create another.",
	destroyed: "is destroyed.",
};

/** The box when something can run in it now; otherwise `wrong_state`, saying what to do. */
export async function getRunningDevbox({ db }: Pick<BoxDeps, "db">, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await getDevboxRow(db, actor, id);
	if (actionsOf(row).includes("open_terminal") && row.hostId) return row;
	throw new AppError({ code: "wrong_state", message: `${row.name} ${whyNotRunning[row.state as DevboxState]}` });
}

/** The same for what begins now and would be cut off in a moment: not in a box that its user has ordered to stop. */
export async function getEnterableDevbox(deps: Pick<BoxDeps, "db">, actor: Actor, id: string): Promise<DevboxRow> {
	const row = await getRunningDevbox(deps, actor, id);
	if (row.desiredState !== "stopped") return row;
	throw new AppError({ code: "wrong_state", message: `${row.name} is being stopped. Start it again once it is.` });
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
