/** A devbox's address without a port: the one application that listens, or the list of them. */
import type { BoxLink } from "../../lib/domain/box-link.ts";
import { type PreviewBase, previewOrigin } from "../../lib/domain/preview-host.ts";
import { isApplicationPort } from "../../lib/domain/preview-ports.ts";
import { readListeners } from "../../lib/usecases/devboxes/list-ports.ts";
import type { PreviewNotice } from "./preview-pages.ts";

/** Where to go, or what to show. */
export async function portIndex(o: {
	name: string;
	base: PreviewBase;
	label: string;
	dashboard: string;
	devboxId: string;
	openRootLink: (signal: AbortSignal) => Promise<BoxLink>;
}): Promise<{ to: string } | PreviewNotice> {
	const listeners = await readListeners(await o.openRootLink(AbortSignal.timeout(20_000)));
	const ports = listeners.filter(isApplicationPort);
	const addressOf = (port: number) => `${previewOrigin(o.base, { label: o.label, port })}/`;
	const [first, ...others] = ports;
	if (first && others.length === 0) return { to: addressOf(first.port) };
	const dashboardLink = { href: `${o.dashboard}/devboxes/${o.devboxId}`, text: "Open the devbox in the dashboard" };
	if (!first)
		return {
			status: 200,
			code: "no_ports",
			title: `Nothing listens in ${o.name}`,
			text: "Start a server in the devbox: this page then opens it by itself.",
			links: [dashboardLink],
			isRetrying: true,
		};
	return {
		status: 200,
		code: "ports",
		title: o.name,
		text: "What listens in this devbox:",
		links: [
			...ports.map(({ port, process }) => ({ href: addressOf(port), text: String(port), note: process ?? undefined })),
			dashboardLink,
		],
	};
}
