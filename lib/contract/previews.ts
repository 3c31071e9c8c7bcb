import { z } from "zod";
import { devboxIdParams } from "./devboxes.ts";
import { defineOperations } from "./operation.ts";

export const createPreviewLinkRequest = z
	.object({
		port: z.number().int().min(1).max(65_535).meta({ description: "Port that something listens on inside" }),
		path: z.string().startsWith("/").max(4_096).default("/").meta({ description: "Path to open, with its query" }),
	})
	.meta({ id: "CreatePreviewLinkRequest" });
export type CreatePreviewLinkRequest = z.infer<typeof createPreviewLinkRequest>;

export const previewLinkResponse = z
	.object({
		url: z.string().meta({
			description:
				"Opens the preview once, in whatever browser or cookie jar asks first: it sets a cookie of the preview's own and goes on to `path`. Keep it secret.",
		}),
		expires_at: z.iso.datetime().meta({ description: "Until when the link can be opened" }),
	})
	.meta({ id: "PreviewLink" });
export type PreviewLinkResponse = z.infer<typeof previewLinkResponse>;

export const previewOperations = defineOperations({
	createPreviewLink: {
		id: "createPreviewLink",
		method: "POST",
		path: "/devboxes/{id}/previews",
		summary: "Get a link that opens the preview of a port once, without a dashboard's session",
		scope: "exec",
		params: devboxIdParams,
		body: createPreviewLinkRequest,
		response: { status: 201, body: previewLinkResponse },
		errors: ["unauthenticated", "forbidden", "not_found", "wrong_state", "invalid", "not_supported", "unavailable"],
	},
});
