import type { DevboxNetworkResponse } from "../../contract/network.ts";
import { networkInForce } from "../../db/network-in-force.ts";
import type { DevboxNetworkRow } from "../../db/network-policies.ts";
import { appliedPolicy } from "../../domain/egress-policy.ts";

/** Whether what its policy says is what holds for the devbox. */
export function enforcementOf(
	row: Omit<DevboxNetworkRow, "filterMessage" | "isLocked">,
): DevboxNetworkResponse["enforcement"] {
	if (row.mode === "open") return row.isFenced ? "pending" : "open";
	if (!row.isFenced || row.applied !== appliedPolicy(networkInForce(row))) return "pending";
	return row.filterStatus === "down" ? "down" : "enforced";
}
