/**
 * A box joins the tailnet of its row: at its create, at each start, when it rebooted by itself, and when its row was changed. What becomes of one that cannot is the workspace's to have chosen:
 * it is ready without, and says why; or its run fails.
 */
import { z } from "zod";
import type { BoxTailscale } from "../../lib/db/box-tailscale.ts";
import { LostClaimError } from "../../lib/db/claimed-run.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { type JoinState, joinPolicyProblem } from "../../lib/domain/tailscale.ts";
import type { StepContext } from "../runner/pipeline.ts";
import { ShuttingDown, WaitFor } from "../runner/step-error.ts";
import { shellWord } from "../steps/shell-word.ts";
import { joinExits, joinScript, leaveScript } from "./box-scripts.ts";

const joinTimeoutMs = 90_000;
const leaveTimeoutMs = 15_000;
const outputMaxBytes = 64 * 1024;
const wordsMax = 600;

/** As much of `tailscale status --json` as is looked at; the box says it, so it is bounded and shown as text. */
const statusSchema = z.object({
	Self: z.object({
		DNSName: z.string().max(300).default(""),
		HostName: z.string().max(100).default(""),
		TailscaleIPs: z
			.array(z.string().regex(/^[0-9a-f.:]{2,45}$/i))
			.max(4)
			.nullish(),
	}),
});

/** A line for the operation's message; null for a box that shall be in none. Throws `conflict` for one that must join and cannot. */
export async function joinTailnet(ctx: StepContext): Promise<string | null> {
	const box = await ctx.tailnet.read();
	if (!box?.isEnabled) return null;
	// Before the join: a box that reboots meanwhile is seen to have.
	const { boot } = await ctx.host().engine.inspect({ name: ctx.instance, signal: ctx.signal });
	try {
		const { state, tokenId } = await join(ctx, box);
		await ctx.tailnet.write(state, { tokenId, boot });
		return `Joined the tailnet as ${state.nodeName}.`;
	} catch (error) {
		const isEnd = error instanceof LostClaimError || error instanceof ShuttingDown || error instanceof WaitFor;
		if (isEnd || ctx.signal.aborted || !(error instanceof AppError)) throw error;
		const message = error.message;
		await ctx.tailnet.write({ status: "failed", message, nodeName: null, addresses: [] }, { boot });
		if (box.onFailure === "fail")
			throw new AppError({ code: "conflict", message: `Tailscale: ${message}`, cause: error });
		return `Warning: Tailscale: ${message} The devbox is ready without it.`;
	}
}

async function join(ctx: StepContext, box: BoxTailscale): Promise<{ state: JoinState; tokenId: string }> {
	if (box.isWithheld)
		throw failed(
			"It was taken over from another member, whose credentials are withheld until its owner allows them (Overview).",
		);
	const problem = joinPolicyProblem(box.policy, box.loginServer);
	if (problem) throw failed(problem);
	const { links } = ctx.host();
	const link = await links.get({ instance: ctx.instance, user: "root", signal: ctx.signal });
	// Last: its five minutes are for what follows.
	const { token, id: tokenId } = await ctx.tailnet.token(box.clientId);
	const words = [ctx.devbox.id, box.clientId, box.tags.join(","), box.hostname, box.loginServer ?? ""];
	const result = await link.run({
		command: `exec sh -c ${shellWord(joinScript)} sh ${words.map(shellWord).join(" ")}`,
		stdin: token,
		timeoutMs: joinTimeoutMs,
		outputMaxBytes,
		signal: ctx.signal,
	});
	if (result.code === joinExits.noTailscale)
		throw failed("There is no tailscale in this devbox: its image was made without (docs/tailscale.md).");
	if (result.code !== 0) throw failed(wordsOf(result.stderr) || "It did not join, without a word.");
	return { state: joinedAs(result.stdout), tokenId };
}

function joinedAs(stdout: string): JoinState {
	const parsed = statusSchema.safeParse(parseJson(stdout));
	if (!parsed.success) throw failed("It joined, but its status cannot be read: is this tailscale 1.90 or newer?");
	const { DNSName, HostName, TailscaleIPs } = parsed.data.Self;
	const nodeName = DNSName.replace(/\.$/, "") || HostName || "a node without a name";
	return { status: "joined", message: null, nodeName, addresses: TailscaleIPs ?? [] };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** The last of what a program said, on one line and without control characters. */
function wordsOf(text: string): string {
	const words = text.replace(/\p{Cc}+/gu, " ").trim();
	return words.length > wordsMax ? `…${words.slice(-wordsMax)}` : words;
}

/**
 * Says goodbye before a box stops or is destroyed, or when it shall be in no tailnet any more, so that its node is gone at once; a box
 * that does not answer is an ephemeral node, which Tailscale removes by itself. Never throws but for a run that is not ours any more.
 * One whose join is under way or failed may be in it all the same. Answers whether there was something to leave.
 */
export async function leaveTailnet(ctx: StepContext): Promise<boolean> {
	const box = await ctx.tailnet.read();
	if (!box || box.status === "left") return false;
	if (ctx.devbox.power === "running") {
		const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(leaveTimeoutMs)]);
		try {
			const link = await ctx.host().links.get({ instance: ctx.instance, user: "root", signal });
			await link.run({ command: `exec sh -c ${shellWord(leaveScript)}`, timeoutMs: leaveTimeoutMs, signal });
		} catch (error) {
			if (ctx.signal.aborted || error instanceof WaitFor) throw error;
			ctx.log.info({ err: error }, "a box did not say goodbye to its tailnet; its node goes by itself");
		}
	}
	await ctx.tailnet.write({ status: "left", message: null, nodeName: null, addresses: [] });
	return true;
}

function failed(message: string): AppError {
	return new AppError({ code: "conflict", message });
}
