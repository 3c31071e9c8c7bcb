/**
 * A worker as a process of its own, to be killed: `node worker-process.ts`. With CRASH_AFTER=<step> it ends itself by SIGKILL when that
 * step has acted and nothing of it is written yet. Says one JSON line for each run that it leaves.
 */
import { pino } from "pino";
import { openDatabase } from "../../lib/db/database.ts";
import { openHosts } from "../hosts.ts";
import { createHostOpener } from "../open-host.ts";
import { openWorker } from "../open-worker.ts";
import { allPipelines, type PipelineTable } from "../pipelines/all-pipelines.ts";
import type { Pipeline, Step } from "../runner/pipeline.ts";

const env = (name: string): string => {
	const value = process.env[name];
	if (!value) throw new Error(`${name} is not set`);
	return value;
};

const crashAfter = process.env.CRASH_AFTER;

function crashing(step: Step): Step {
	if (step.name !== crashAfter) return step;
	return {
		...step,
		async run(ctx) {
			const result = await step.run(ctx);
			process.kill(process.pid, "SIGKILL");
			return result;
		},
	};
}

const withCrash = (pipeline: Pipeline): Pipeline => ({ ...pipeline, steps: pipeline.steps.map(crashing) });
const pipelines: PipelineTable = {
	"create-devbox": withCrash(allPipelines["create-devbox"]),
	"start-devbox": withCrash(allPipelines["start-devbox"]),
	"stop-devbox": withCrash(allPipelines["stop-devbox"]),
	"destroy-devbox": withCrash(allPipelines["destroy-devbox"]),
};

const db = openDatabase(env("DATABASE_URL"), { applicationName: "worker-process" });
const installId = env("DEVBOX_INSTALL_ID");
const hosts = openHosts({
	db,
	open: createHostOpener({ dataDir: env("DEVBOX_DATA"), installId }),
	onProblem: (_, error) => {
		throw error;
	},
});
await hosts.refresh();
const worker = openWorker({
	db,
	hosts,
	installId,
	workerId: `process-${process.pid}`,
	log: pino({ level: "info" }),
	leaseMs: Number(env("LEASE_MS")),
	pipelines,
});
await db.listen(["run_ready"], () => worker.wake());
console.log("up");
