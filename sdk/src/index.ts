export type { ApiInput, ApiOutput, DevboxApi } from "./api-types.ts";
export { DevboxApiError, isDevboxApiError } from "./devbox-api-error.ts";
export { createDevboxClient, type DevboxClientOptions } from "./devbox-client.ts";
export { type DevboxEvent, subscribeToEvents } from "./event-stream.ts";
