export type { ApiHeaders, ApiInput, ApiOutput, CallOptions, DevboxApi } from "./api-types.ts";
export { type AuditFilters, AuditLog } from "./audit-log.ts";
export { Box, type PowerOptions, type WaitForOptions } from "./box.ts";
export {
	BoxFiles,
	type DirectoryList,
	type DownloadDirectoryOptions,
	type UploadDirectoryOptions,
	type UploadOptions,
} from "./box-files.ts";
export { BoxNetwork } from "./box-network.ts";
export { Boxes, type CreateBoxOptions } from "./boxes.ts";
export type { ByteSource } from "./byte-stream.ts";
export { Compute, type ComputeOptions } from "./compute.ts";
export { createDevboxClient, type DevboxClientOptions } from "./devbox-client.ts";
export { DevboxError, type DevboxErrorCode, type FailedStep, isDevboxError } from "./devbox-error.ts";
export { type DevboxEvent, subscribeToEvents } from "./event-stream.ts";
export type { CommandOptions, ExecOptions, ExecResult, FollowOptions, OutputHandler } from "./exec-run.ts";
export type { ExecEvent, ExecOffsets } from "./exec-stream.ts";
export { BoxExec, Execs, type ListExecsOptions, type StartOptions } from "./execs.ts";
export type * from "./generated/api.ts";
export { Github } from "./github.ts";
export { Identity } from "./identity.ts";
export { Isolation } from "./isolation.ts";
export type { ExtractResult } from "./local-directory.ts";
export { Network } from "./network.ts";
export { Secrets } from "./secrets.ts";
export type { Shell, ShellEnd, ShellOptions, WebSocketConstructor } from "./shell.ts";
export { Tailscale } from "./tailscale.ts";
