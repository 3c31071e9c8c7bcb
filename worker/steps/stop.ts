import type { Step } from "../runner/pipeline.ts";
import { leaveTailnet } from "../tailscale/join-tailnet.ts";

/** What services inside get to end well before the power goes. */
const graceMs = 20_000;

type Stopped = { stopCause: string | null; reason: string | null; ownerLogin: string };

/** Who asked for it wrote why. */
function reasonOf({ stopCause, reason, ownerLogin }: Stopped): string {
	return stopCause ?? (reason?.startsWith("Stopped") ? reason : `Stopped by ${ownerLogin}.`);
}

/** Powers the box off, cleanly where it lets us. Its files stay. */
export const stop: Step = {
	name: "stop",
	timeoutMs: 80_000,
	attemptsMax: 3,
	async run(ctx) {
		const host = ctx.host();
		await leaveTailnet(ctx);
		host.links.drop(ctx.instance);
		await host.engine.stop({ name: ctx.instance, graceMs, signal: ctx.signal });
		return {
			message: `Machine ${ctx.instance} is off; its files are kept.`,
			box: {
				from: ["ready"],
				to: "stopped",
				set: { power: "off", address: null, reason: reasonOf(ctx.devbox) },
			},
		};
	},
};
