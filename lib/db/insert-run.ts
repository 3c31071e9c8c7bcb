import { newId } from "../domain/ids.ts";
import { type PipelineName, pipelines, type StepName } from "../domain/pipelines.ts";
import type { Prisma } from "./generated/client.ts";

/** A run with one pending operation per step of its pipeline. */
export async function insertRun(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; pipeline: PipelineName; without?: readonly StepName[] },
): Promise<string> {
	const runId = newId("run");
	const steps: readonly StepName[] = pipelines[o.pipeline];
	await tx.run.create({ data: { id: runId, devboxId: o.devboxId, pipeline: o.pipeline } });
	await tx.operation.createMany({
		data: steps
			.filter((step) => !o.without?.includes(step))
			.map((step, position) => ({
				id: newId("operation"),
				runId,
				devboxId: o.devboxId,
				position,
				step,
			})),
	});
	return runId;
}
