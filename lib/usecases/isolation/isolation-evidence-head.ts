/** All of the evidence but the devboxes, of which there may be thousands. */

import { productVersion } from "../../config/product-version.ts";
import type { EvidenceHead } from "../../contract/isolation-evidence.ts";
import { dbCall } from "../../db/database.ts";
import { listAudienceRows } from "../../db/identity-audiences.ts";
import { listInternalRanges, listServiceRows } from "../../db/internal-services.ts";
import {
	countChangesSince,
	countEvidenceDevboxes,
	listApprovalRows,
	type Moment,
} from "../../db/isolation-evidence.ts";
import { listHostIsolationRows } from "../../db/isolation-reports.ts";
import { listPolicyRows } from "../../db/network-policies.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import { getWorkspaceRow } from "../../db/workspaces.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toInternalServiceResponse } from "../network/internal-service-response.ts";
import { toNamedPolicyResponse } from "../network/named-policy-response.ts";
import { toNetworkRequestResponse } from "../network/network-request-response.ts";
import { toHostIsolation } from "./list-host-isolation.ts";

/** Now where nothing is asked for. Throws `invalid` for what has not come yet. */
export function readMoment(at: string | undefined): Moment {
	const now = new Date();
	if (at === undefined) return { at: now, isNow: true };
	if (new Date(at) <= now) return { at: new Date(at), isNow: false };
	const msg = "There is no evidence of the future. Say a past moment, or leave `at` out.";
	throw new AppError({ code: "invalid", message: msg, fields: [{ loc: ["query", "at"], msg, type: "value_error" }] });
}

export async function readEvidenceHead({ db }: Deps, actor: Actor, moment: Moment): Promise<EvidenceHead> {
	const { at, isNow } = moment;
	const [workspace, counts, hostRows, defaults, policies, approvals, services, ranges, audiences, changes] =
		await Promise.all([
			getWorkspaceRow(db, actor),
			countEvidenceDevboxes(db, actor, moment),
			dbCall(() => listHostIsolationRows(db.pool, { at })),
			getWorkspaceDefaults(db, actor),
			listPolicyRows(db, actor),
			listApprovalRows(db, actor, moment),
			listServiceRows(db, actor),
			listInternalRanges(db),
			listAudienceRows(db, actor),
			countChangesSince(db, actor, moment),
		]);
	const hosts = hostRows
		.map((row) => ({
			...toHostIsolation(row, at),
			// Only now is anything under way.
			...(isNow ? {} : { open: null }),
			devbox_count: counts.get(row.hostId) ?? 0,
		}))
		.filter(({ devbox_count }) => devbox_count > 0);
	return {
		at: at.toISOString(),
		is_now: isNow,
		generated_at: new Date().toISOString(),
		generated_by: actor.login,
		product_version: productVersion,
		workspace: { id: workspace.id, name: workspace.name },
		problems: hosts.flatMap(({ host, problem }) => (problem ? [`${host.name}: ${problem}`] : [])),
		devbox_count: [...counts.values()].reduce((sum, count) => sum + count, 0),
		hosts,
		default_policy: {
			value: defaults.values.network_policy,
			is_locked: defaults.locked.includes("network_policy"),
			updated_at: defaults.updatedAt?.toISOString() ?? null,
			updated_by: defaults.updatedBy,
		},
		policies: policies.filter(({ createdAt }) => createdAt <= at).map(toNamedPolicyResponse),
		approvals: approvals.rows.map(toNetworkRequestResponse),
		approval_count: approvals.count,
		internal_services: services
			.filter(({ createdAt }) => createdAt <= at)
			.map((row) => toInternalServiceResponse(row, ranges)),
		internal_ranges: ranges,
		audiences: audiences
			.filter(({ createdAt }) => createdAt <= at)
			.map(({ audience, description, createdBy, createdAt }) => ({
				...{ audience, description, created_by: createdBy },
				created_at: createdAt.toISOString(),
			})),
		changes_since: changes,
	};
}
