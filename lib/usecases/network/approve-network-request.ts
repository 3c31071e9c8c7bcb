import type { ApproveNetworkRequestRequest, NetworkRequestResponse } from "../../contract/network-requests.ts";
import { findFollowedPolicy } from "../../db/network-policies.ts";
import { addRequestToPolicy, findRequestRow } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import { policyDomainsMax } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import { approvalTimes } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";
import { answerNetworkRequest, readAnswered, requestNotFound } from "./answer-network-request.ts";

type Input = { params: { id: string }; body: ApproveNetworkRequestRequest };

/** For this devbox and a time; or in the policy that it follows, which ends the request: the list says it from then on. */
export async function approveNetworkRequest(deps: Deps, actor: Actor, input: Input): Promise<NetworkRequestResponse> {
	const { params, body } = input;
	if (!body.add_to_policy)
		return answerNetworkRequest(deps, actor, {
			id: params.id,
			from: ["pending"],
			status: "approved",
			answer: body.answer,
			expiresInSeconds: approvalTimes[body.expires_in],
		});
	return addToPolicy(deps, actor, input);
}

async function addToPolicy(deps: Deps, actor: Actor, { params: { id }, body }: Input): Promise<NetworkRequestResponse> {
	const { db } = deps;
	const request = await findRequestRow(db, actor, id);
	if (!request) throw requestNotFound(id);
	const policy = await findFollowedPolicy(db, actor, request.devboxId);
	if (!policy) throw followsNone(request.devboxName);
	const answer = [`Added to the policy ${policy.name}.`, body.answer].filter(Boolean).join(" ");
	const outcome = await addRequestToPolicy(db, actor, { id, policyId: policy.id, answer });
	if (outcome === "not_followed") throw followsNone(request.devboxName);
	if (outcome === "full")
		throw new AppError({
			code: "conflict",
			message: `The policy ${policy.name} has ${policyDomainsMax} names already. Take some out, or approve the name for this devbox alone.`,
		});
	return readAnswered(deps, actor, { id, isAnswered: outcome === "added" });
}

function followsNone(devboxName: string): AppError {
	return new AppError({
		code: "conflict",
		message: `${devboxName} follows no named policy, or another than a moment ago. Load the request again, or approve the name for this devbox alone.`,
	});
}
