/**
 * Brings a box into its tailnet or out of it, as its row says when this begins: a wish that was changed since the run was queued is the
 * one that counts. Answers a line for the operation's message.
 */
import type { StepContext } from "../runner/pipeline.ts";
import { awaitBoot } from "../steps/await-boot.ts";
import { joinTailnet, leaveTailnet } from "./join-tailnet.ts";

export async function settleTailnet(ctx: StepContext): Promise<string> {
	const { devbox, signal } = ctx;
	const isOff = devbox.power === "off";
	if (isOff && (await ctx.tailnet.read())?.isEnabled) return "This devbox is off, and joins with its next start.";
	// One that is ready may have rebooted by itself a moment ago.
	if (!isOff && devbox.state === "ready")
		await awaitBoot({ host: ctx.host(), instance: ctx.instance, hostName: devbox.name, signal });
	const joined = await joinTailnet(ctx);
	if (joined !== null) return joined;
	return (await leaveTailnet(ctx)) ? "Left the tailnet." : "This devbox is in no tailnet.";
}
