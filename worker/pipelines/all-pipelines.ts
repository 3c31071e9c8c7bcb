import type { PipelineName } from "../../lib/domain/pipelines.ts";
import type { Pipeline } from "../runner/pipeline.ts";
import { auditIsolation } from "./audit-isolation.ts";
import { createDevbox } from "./create-devbox.ts";
import { destroyDevbox } from "./destroy-devbox.ts";
import { joinTailscale } from "./join-tailscale.ts";
import { leaveTailscale } from "./leave-tailscale.ts";
import { refreshEnvironment } from "./refresh-environment.ts";
import { startDevbox } from "./start-devbox.ts";
import { stopDevbox } from "./stop-devbox.ts";

export type PipelineTable = Readonly<Record<PipelineName, Pipeline>>;

export const allPipelines: PipelineTable = {
	"create-devbox": createDevbox,
	"start-devbox": startDevbox,
	"stop-devbox": stopDevbox,
	"destroy-devbox": destroyDevbox,
	"refresh-environment": refreshEnvironment,
	"join-tailscale": joinTailscale,
	"leave-tailscale": leaveTailscale,
	"audit-isolation": auditIsolation,
};
