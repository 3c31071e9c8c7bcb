import type { Database } from "../../db/database.ts";
import { findDevboxPresence } from "../../db/devbox-presence.ts";

/** Why what ran in a box has ended with it, in words; null while the box runs. The caller knows that its reader may know the box. */
export async function explainBoxLoss(db: Pick<Database, "pool">, devboxId: string): Promise<string | null> {
	const box = await findDevboxPresence(db, devboxId);
	if (!box || box.state === "destroyed" || box.desiredState === "destroyed")
		return "The devbox was destroyed while it ran.";
	if (box.state === "failed") return "The devbox failed while it ran.";
	if (box.state !== "ready" || box.desiredState !== "running") return "The devbox was stopped while it ran.";
	return box.power === "running" ? null : "The devbox went off while it ran.";
}
