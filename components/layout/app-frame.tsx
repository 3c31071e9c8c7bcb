"use client";
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { LiveUpdates } from "../devboxes/live-updates";
import { IsolationAlert } from "../network/isolation/isolation-alert";
import { MobileBar } from "./mobile-bar";
import { Sidebar } from "./sidebar";
import { useShortcuts } from "./use-shortcuts.ts";
import { type Viewer, ViewerProvider } from "./viewer";

const KeyboardHelp = dynamic(() => import("./keyboard-help").then((module) => module.KeyboardHelp), { ssr: false });

const collapsedKey = "devbox.sidebar";

/** Navigation beside the page; under 768 px a bar with a drawer. */
export function AppFrame({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
	const [isHelpOpen, setHelpOpen] = useState(false);
	useShortcuts({
		"?": () => {
			setHelpOpen(true);
			return true;
		},
	});
	return (
		<ViewerProvider viewer={viewer}>
			<LiveUpdates />
			<a
				href="#content"
				className="sr-only z-60 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
			>
				Skip to content
			</a>
			<div className="flex min-h-dvh max-md:flex-col">
				<Sidebar storageKey={collapsedKey} onHelp={() => setHelpOpen(true)} />
				<MobileBar onHelp={() => setHelpOpen(true)} />
				<main id="content" className="flex min-w-0 flex-1 flex-col">
					{viewer.isAdmin && <IsolationAlert />}
					{children}
				</main>
			</div>
			{isHelpOpen && <KeyboardHelp onClose={() => setHelpOpen(false)} />}
		</ViewerProvider>
	);
}
