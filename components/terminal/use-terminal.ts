"use client";
import { type RefObject, useEffect, useRef, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { useIsDark } from "../layout/use-theme.ts";
import { showToast } from "../ui/toast-store.ts";
import { openScreen, type Screen } from "./open-screen.ts";
import {
	type ConnectionState,
	openTerminalConnection,
	type TerminalConnection,
	type Ticket,
} from "./terminal-connection.ts";
import { useTerminalPreferences } from "./terminal-preferences.ts";
import { terminalThemes } from "./terminal-themes.ts";

type UseTerminalInput = {
	devboxId: string;
	name: string;
	element: RefObject<HTMLElement | null>;
	isVisible: boolean;
	onSearch: () => void;
	onState: (state: ConnectionState) => void;
};

export type TerminalHandle = { screen: Screen; connection: TerminalConnection };

/** The API's no for good; the rest (a restart, the network) passes. */
const refusedStatuses = [401, 403, 404, 409, 422];

async function requestTicket(devboxId: string, name: string): Promise<Ticket> {
	try {
		const { url } = await api.createTerminalTicket({ id: devboxId, terminal: name });
		return { kind: "ticket", url };
	} catch (error) {
		if (isDevboxError(error) && refusedStatuses.includes(error.status))
			return { kind: "refused", reason: error.detail };
		throw error;
	}
}

/** A font that arrives later would leave cells of the wrong size; it is waited for this long. */
const fontWaitMs = 1_500;

function fontIsReady(fontSize: number): Promise<unknown> {
	const timeout = new Promise((resolve) => setTimeout(resolve, fontWaitMs));
	return Promise.race([document.fonts.load(`${fontSize}px "JetBrains Mono Variable"`), timeout]);
}

/** Screen and connection of one named terminal, while the component lives. Null until the font is there. */
export function useTerminal(input: UseTerminalInput): TerminalHandle | null {
	const [handle, setHandle] = useState<TerminalHandle | null>(null);
	const preferences = useTerminalPreferences();
	const isDark = useIsDark();
	const theme = terminalThemes[isDark ? "dark" : "light"];
	const latest = useRef({ ...input, theme, fontSize: preferences.fontSize });
	useEffect(() => {
		latest.current = { ...input, theme, fontSize: preferences.fontSize };
	});
	const { devboxId, name, element, isVisible } = input;
	// biome-ignore lint/correctness/useExhaustiveDependencies: another box or name is another terminal; what it uses is read when it opens
	useEffect(() => {
		let opened: TerminalHandle | null = null;
		let isGone = false;
		void fontIsReady(latest.current.fontSize).then(() => {
			if (isGone || !element.current) return;
			opened = openTerminal(element.current, latest);
			setHandle(opened);
		});
		return () => {
			isGone = true;
			opened?.connection.close();
			opened?.screen.dispose();
			setHandle(null);
		};
	}, [devboxId, name, element]);
	useAppearance(handle, { theme, fontSize: preferences.fontSize });
	useFit(handle, { element, isVisible });
	useNetworkEvents(handle);
	return handle;
}

type Latest = RefObject<UseTerminalInput & { theme: (typeof terminalThemes)["dark"]; fontSize: number }>;

function openTerminal(element: HTMLElement, latest: Latest): TerminalHandle {
	const { devboxId, name, theme, fontSize } = latest.current;
	const screen = openScreen({
		element,
		theme,
		fontSize,
		onInput: (text) => connection.send(text),
		onResize: (size) => connection.resize(size),
		onSearch: () => latest.current.onSearch(),
		onClipboardWrite: (text) => void copyForProgram(text),
		replayHistory: (onDone) => connection.replay(onDone),
	});
	const connection = openTerminalConnection({
		requestTicket: () => requestTicket(devboxId, name),
		openSocket: (url) =>
			new WebSocket(new URL(url, window.location.href)) as ReturnType<
				Parameters<typeof openTerminalConnection>[0]["openSocket"]
			>,
		write: (bytes, onWritten) => screen.terminal.write(bytes, onWritten),
		size: screen.size,
		onState: (state) => latest.current.onState(state),
		onInputDropped: () => screen.terminal.write("\x07"),
	});
	return { screen, connection };
}

async function copyForProgram(text: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		showToast({ text: `A program in the terminal copied ${text.length} characters.` });
	} catch {
		// Browsers want the page focused and secure.
		showToast({ text: "A program in the terminal wanted to copy; the browser did not allow it.", tone: "bad" });
	}
}

function useAppearance(
	handle: TerminalHandle | null,
	o: { theme: (typeof terminalThemes)["dark"]; fontSize: number },
): void {
	const { theme, fontSize } = o;
	useEffect(() => {
		if (!handle) return;
		handle.screen.terminal.options.theme = theme;
	}, [handle, theme]);
	useEffect(() => {
		if (!handle) return;
		handle.screen.terminal.options.fontSize = fontSize;
		handle.screen.fit();
	}, [handle, fontSize]);
}

function useFit(
	handle: TerminalHandle | null,
	o: { element: RefObject<HTMLElement | null>; isVisible: boolean },
): void {
	const { element, isVisible } = o;
	useEffect(() => {
		if (!handle || !element.current) return;
		let frame = 0;
		const observer = new ResizeObserver(() => {
			cancelAnimationFrame(frame);
			frame = requestAnimationFrame(() => handle.screen.fit());
		});
		observer.observe(element.current);
		return () => {
			cancelAnimationFrame(frame);
			observer.disconnect();
		};
	}, [handle, element]);
	useEffect(() => {
		if (!handle || !isVisible) return;
		handle.screen.fit();
		handle.screen.terminal.focus();
	}, [handle, isVisible]);
}

/** A network that comes back need not wait for the next try. */
function useNetworkEvents(handle: TerminalHandle | null): void {
	useEffect(() => {
		if (!handle) return;
		const reconnect = () => handle.connection.reconnect();
		window.addEventListener("online", reconnect);
		return () => window.removeEventListener("online", reconnect);
	}, [handle]);
}
