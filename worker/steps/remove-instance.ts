import { EngineError } from "../../lib/engines/engine.ts";
import type { StepContext } from "../runner/pipeline.ts";

/**
 * Takes the box's instance off its host and sees that it is gone. A box that never got a host has none. An instance of that name
 * with another's labels is not ours to touch.
 */
export async function removeInstance(ctx: StepContext): Promise<void> {
	if (!ctx.devbox.hostId) return;
	const host = ctx.host();
	const { instance: name, signal } = ctx;
	host.links.drop(name);
	try {
		const view = await host.engine.inspect({ name, signal });
		if (view.labels.installId !== ctx.labels.installId || view.labels.devboxId !== ctx.labels.devboxId) {
			ctx.log.error(
				{ instance: name, labels: view.labels },
				"an instance with this box's name is not ours: left alone",
			);
			return;
		}
	} catch (error) {
		if (error instanceof EngineError && error.code === "not_found") return;
		throw error;
	}
	await host.engine.destroy({ name, signal });
}
