/** All of the public API, once. Routes, OpenAPI, SDK types, docs and the table test are made from this. */
import { devboxOperations } from "./devboxes.ts";
import { tokenOperations } from "./tokens.ts";
import { workspaceOperations } from "./workspace.ts";

export const apiOperations = { ...devboxOperations, ...workspaceOperations, ...tokenOperations };

export type ApiOperationId = keyof typeof apiOperations;

export const apiBasePath = "/api/v1";
