"use client";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/button";
import { PasteDialog } from "./paste-dialog";
import { pastedLines, safePaste } from "./paste-lines.ts";
import { SearchBar } from "./search-bar";
import type { ConnectionState } from "./terminal-connection.ts";
import { useTerminal } from "./use-terminal.ts";

type TerminalViewProps = {
	devboxId: string;
	name: string;
	isVisible: boolean;
	/** Rises when the box came back: an ended terminal opens again. */
	generation: number;
	onState: (name: string, state: ConnectionState) => void;
};

/** Once allowed, pastes of many lines go through until the page is left. */
let isPasteAllowed = false;

export function TerminalView({ devboxId, name, isVisible, generation, onState }: TerminalViewProps) {
	const element = useRef<HTMLDivElement>(null);
	const [state, setState] = useState<ConnectionState>({ kind: "connecting" });
	const [isSearching, setSearching] = useState(false);
	const [paste, setPaste] = useState<string | null>(null);
	const handle = useTerminal({
		devboxId,
		name,
		element,
		isVisible,
		onSearch: () => setSearching(true),
		onState: (next) => {
			setState(next);
			onState(name, next);
		},
	});
	useEffect(() => {
		if (generation > 0) handle?.connection.reconnect();
	}, [generation, handle]);
	const onPaste = (event: React.ClipboardEvent) => {
		const text = event.clipboardData.getData("text/plain");
		if (!text) return;
		event.preventDefault();
		event.stopPropagation();
		if (isPasteAllowed || pastedLines(text) < 2) handle?.screen.terminal.paste(safePaste(text));
		else setPaste(text);
	};
	const focus = () => handle?.screen.terminal.focus();
	return (
		<div className={isVisible ? "relative flex min-h-0 flex-1" : "hidden"}>
			<div
				ref={element}
				data-terminal={name}
				data-state={state.kind}
				className="min-h-0 min-w-0 flex-1 overflow-hidden pt-1.5 pl-2.5 [&_.xterm]:h-full"
				onPasteCapture={onPaste}
			/>
			{state.kind === "ended" && (
				<div className="absolute inset-x-0 bottom-4 flex justify-center px-4">
					<div
						role="status"
						className="flex max-w-xl animate-rise items-center gap-3 rounded-lg border bg-raised py-2 pr-2 pl-4 text-sm shadow-pop"
					>
						<span className="min-w-0 text-ink-soft">{state.reason}</span>
						<Button size="sm" onClick={() => handle?.connection.reconnect()}>
							Open again
						</Button>
					</div>
				</div>
			)}
			{isSearching && handle && (
				<SearchBar
					search={handle.screen.search}
					makeHistoryWhole={handle.screen.makeHistoryWhole}
					onClose={() => {
						setSearching(false);
						focus();
					}}
				/>
			)}
			{paste !== null && (
				<PasteDialog
					text={paste}
					onClose={(isConfirmed) => {
						setPaste(null);
						if (isConfirmed) {
							isPasteAllowed = true;
							handle?.screen.terminal.paste(safePaste(paste));
						}
						requestAnimationFrame(focus);
					}}
				/>
			)}
		</div>
	);
}
