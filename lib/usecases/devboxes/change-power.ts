import type { DevboxResponse } from "../../contract/devboxes.ts";
import { changeIntent, getDevboxRow, getEndableDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

const changes = {
	stop: { from: "ready", was: "running", wanted: "stopped", pipeline: "stop-devbox" },
	start: { from: "stopped", was: "stopped", wanted: "running", pipeline: "start-devbox" },
} as const;

/** Writes the wish to stop or start; a box for which that makes no sense now answers `wrong_state` and says what does. */
export async function changePower(
	deps: Deps,
	actor: Actor,
	o: { id: string; verb: keyof typeof changes },
): Promise<DevboxResponse> {
	const { db } = deps;
	const change = changes[o.verb];
	const isApplied = await changeIntent(db, actor, o.id, {
		where: { state: change.from, desiredState: change.was },
		data: { desiredState: change.wanted, ...(o.verb === "stop" ? stoppedBy(actor) : started()) },
		pipeline: change.pipeline,
		cancelRuns: false,
		isEnd: o.verb === "stop",
	});
	const row = await (o.verb === "stop" ? getEndableDevboxRow : getDevboxRow)(db, actor, o.id);
	if (isApplied) return toDevboxResponse(row, deps, actor);
	throw new AppError({ code: "wrong_state", message: whyNot(o.verb, toDevboxResponse(row, deps, actor)) });
}

function stoppedBy(actor: Actor) {
	return { stopCause: `Stopped by ${actor.login}.` };
}

/** Who starts a box uses it: its idle countdown begins anew. */
function started() {
	return { stopCause: null, lastUsedAt: new Date() };
}

function whyNot(verb: keyof typeof changes, box: DevboxResponse): string {
	if (box.state === changes[verb].from)
		return `${box.name} is already being ${verb === "stop" ? "stopped" : "started"}.`;
	const can = box.actions.filter((action) => action !== "open_terminal").join(", ");
	return `${box.name} is ${box.state}, so it cannot be ${verb === "stop" ? "stopped" : "started"}. ${can ? `What it can do now: ${can}.` : "Nothing more can be done with it."}`;
}
