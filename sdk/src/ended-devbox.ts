/** What a devbox that will not become ready any more is reported as. */
import type { DevboxApi } from "./api-types.ts";
import { DevboxError, type FailedStep } from "./devbox-error.ts";
import type { Devbox } from "./generated/api.ts";

/** True for failed, destroyed, and stopped without an order to start: nothing more will happen by itself. */
export function isEnded(box: Devbox): boolean {
	if (box.state === "failed" || box.state === "destroyed" || box.desired_state === "destroyed") return true;
	return box.state === "stopped" && box.desired_state === "stopped";
}

/** `wrong_state`, with the box as it is and, when a step failed, that step with the tail of its output. */
export async function endedError(api: DevboxApi, box: Devbox, signal?: AbortSignal): Promise<DevboxError> {
	const failedStep = await findFailedStep(api, box, signal);
	const words: Record<string, string> = { failed: "failed", stopped: "is stopped" };
	const because = box.reason ?? failedStep?.message.split("\n")[0] ?? "";
	return new DevboxError({
		code: "wrong_state",
		detail: `${box.name} ${words[box.state] ?? "was destroyed"}${because ? `: ${because}` : "."}`,
		devbox: box,
		failedStep,
	});
}

async function findFailedStep(api: DevboxApi, box: Devbox, signal?: AbortSignal): Promise<FailedStep | null> {
	try {
		const { data } = await api.listOperations({ id: box.id }, { signal });
		const failed = data.findLast((operation) => operation.status === "failed");
		return failed ? { step: failed.step, message: failed.message } : null;
	} catch (error) {
		// The box's own reason says enough; one that is gone for good has no operations to read.
		if (error instanceof DevboxError && error.code !== "aborted") return null;
		throw error;
	}
}
