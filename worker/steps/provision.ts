/** Makes the machine: a host, an instance that is a copy of the image, its start, and its systemd's answer. */
import type { PlaceableHost, PlacementDecision } from "../../lib/db/place-devbox.ts";
import { placeDevbox } from "../../lib/domain/placement.ts";
import { fitToHost, type SizeName, sizes } from "../../lib/domain/sizes.ts";
import type { Step, StepContext, StepResult } from "../runner/pipeline.ts";
import { WaitFor } from "../runner/step-error.ts";
import { awaitBoot } from "./await-boot.ts";
import { bootNotes } from "./boot-notes.ts";
import { removeInstance } from "./remove-instance.ts";

export const provision: Step = {
	name: "provision",
	timeoutMs: 180_000,
	attemptsMax: 3,
	async run(ctx) {
		await takePlace(ctx);
		const host = ctx.host();
		const { devbox, instance: name, signal } = ctx;
		const wanted = sizes[devbox.size];
		const network = await ctx.wantedNetwork();
		const made = host.engine.create({
			name,
			labels: ctx.labels,
			source: { kind: "image", image: devbox.imageRef },
			limits: {
				vcpus: devbox.vcpus ?? wanted.vcpus,
				memoryMib: devbox.memoryMib ?? wanted.memoryMib,
				diskGib: devbox.diskGib ?? wanted.diskGib,
			},
			network,
			signal,
		});
		await Promise.all([made, network.kind === "fenced" && ctx.enforcePolicies()]);
		// Who may go where stands before the first process of the box runs: what is there may be an earlier try's, and the policy may have
		// changed since.
		await ctx.settleNetwork({ isJustEnforced: true });
		await host.engine.start({ name, signal });
		const report = await awaitBoot({ host, instance: name, hostName: devbox.name, signal });
		return {
			message: [`Machine ${name} runs on host ${host.name}.`, ...bootNotes(report)].join("\n"),
			box: { set: { power: "running", address: report.address } },
		} satisfies StepResult;
	},
	undo: removeInstance,
};

/** Leaves the box `provisioning` on a host; waits for one with room. */
async function takePlace(ctx: StepContext): Promise<void> {
	if (ctx.devbox.state !== "requested") return;
	// It was placed before and waited for its engine: what may have been made is there, so it stays there.
	if (ctx.devbox.hostId) return ctx.change({ from: ["requested"], to: "provisioning" });
	const { size, isFiltered } = ctx.devbox;
	const decision = await ctx.place((hosts) =>
		choosePlace(isFiltered ? hosts.filter((host) => host.canEnforce) : hosts, size),
	);
	if (decision.kind === "wait") throw new WaitFor(decision.reason);
}

export function choosePlace(hosts: PlaceableHost[], size: SizeName): PlacementDecision {
	const placement = placeDevbox(hosts);
	if (placement.kind === "wait") return placement;
	const host = hosts.find((candidate) => candidate.id === placement.hostId);
	if (!host?.capacity) return { kind: "wait", reason: "Waiting for a host: it has not been probed yet." };
	const { limits, notice } = fitToHost(size, {
		vcpus: host.vcpus ?? sizes[size].vcpus,
		memoryMib: host.capacity.memoryTotalMib,
		diskGib: host.capacity.poolTotalGib,
	});
	return { kind: "host", hostId: host.id, limits, notice };
}
