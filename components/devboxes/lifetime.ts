/** When a box ends by itself, and whether it is time to say so. */
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";

type Lifetime = Pick<DevboxResponse, "state" | "created_at"> &
	Partial<Pick<DevboxResponse, "idle_stop_at" | "expires_at">>;

export type LifetimeWarning = { kind: "idle" | "expiry"; at: string };

const minuteMs = 60_000;
/** A third of the shortest idle rule. */
const idleNoticeMs = 5 * minuteMs;
const expiryNoticeMsMax = 24 * 60 * minuteMs;

/** What is lost comes before what is stopped. Null: nothing is near. */
export function lifetimeWarning(box: Lifetime, nowMs: number): LifetimeWarning | null {
	if (box.state === "destroyed") return null;
	if (box.expires_at) {
		const at = Date.parse(box.expires_at);
		// Of a short life the last quarter, of a long one its last day.
		const noticeMs = Math.min(expiryNoticeMsMax, (at - Date.parse(box.created_at)) / 4);
		if (at - nowMs <= noticeMs) return { kind: "expiry", at: box.expires_at };
	}
	if (box.idle_stop_at && Date.parse(box.idle_stop_at) - nowMs <= idleNoticeMs)
		return { kind: "idle", at: box.idle_stop_at };
	return null;
}
