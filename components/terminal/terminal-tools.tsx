"use client";
import { Ellipsis, Maximize, Minimize, Minus, Plus } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { Button } from "../ui/button";
import { Menu, MenuCheck, MenuContent, MenuLabel, MenuTrigger } from "../ui/menu";
import { Tooltip } from "../ui/tooltip";
import { changeTerminalPreferences, clampFontSize, useTerminalPreferences } from "./terminal-preferences.ts";

/** Keys that a browser keeps for itself unless a page in full screen asks for them. */
type KeyboardLock = { lock?: (codes?: string[]) => Promise<void>; unlock?: () => void };
const lockedKeys = ["KeyW", "KeyT", "KeyN", "Escape"];

/** Back to the terminal in view: the next key is its, and not the button's. */
function focusTerminal(panel: HTMLElement | null): void {
	const inputs = panel?.querySelectorAll<HTMLElement>(".xterm-helper-textarea") ?? [];
	[...inputs].find((input) => input.offsetParent !== null)?.focus();
}

function useFullScreen(element: RefObject<HTMLElement | null>): [boolean, () => void] {
	const [isFull, setFull] = useState(false);
	useEffect(() => {
		const onChange = () => {
			setFull(document.fullscreenElement !== null && document.fullscreenElement === element.current);
			focusTerminal(element.current);
		};
		document.addEventListener("fullscreenchange", onChange);
		return () => document.removeEventListener("fullscreenchange", onChange);
	}, [element]);
	const toggle = async () => {
		const { keyboard } = navigator as Navigator & { keyboard?: KeyboardLock };
		if (document.fullscreenElement) {
			keyboard?.unlock?.();
			await document.exitFullscreen();
		} else {
			await element.current?.requestFullscreen();
			await keyboard?.lock?.(lockedKeys);
		}
	};
	return [isFull, () => void toggle()];
}

export function TerminalTools({ panel }: { panel: RefObject<HTMLElement | null> }) {
	const { fontSize, allowsClipboardWrite } = useTerminalPreferences();
	const [isFull, toggleFull] = useFullScreen(panel);
	const resize = (by: number) => changeTerminalPreferences({ fontSize: clampFontSize(fontSize + by) });
	const label = isFull ? "Leave full screen" : "Full screen";
	return (
		<div className="flex items-center">
			<Menu modal={false}>
				<MenuTrigger asChild>
					<Button look="quiet" size="iconSm" aria-label="Terminal settings">
						<Ellipsis />
					</Button>
				</MenuTrigger>
				<MenuContent
					align="end"
					className="w-64"
					container={panel.current}
					onCloseAutoFocus={(event) => {
						event.preventDefault();
						focusTerminal(panel.current);
					}}
				>
					<div className="flex items-center gap-1 px-2 py-1">
						<span className="flex-1">Font size</span>
						<Button look="quiet" size="iconSm" aria-label="Smaller" onClick={() => resize(-1)}>
							<Minus />
						</Button>
						<span className="w-6 text-center nums">{fontSize}</span>
						<Button look="quiet" size="iconSm" aria-label="Larger" onClick={() => resize(1)}>
							<Plus />
						</Button>
					</div>
					<MenuCheck
						checked={allowsClipboardWrite}
						onCheckedChange={(isOn) => changeTerminalPreferences({ allowsClipboardWrite: isOn })}
					>
						Programs may copy
					</MenuCheck>
					<MenuLabel>Lets what runs in the terminal write your clipboard (OSC 52). It can never read it.</MenuLabel>
				</MenuContent>
			</Menu>
			<Tooltip text={label}>
				<Button look="quiet" size="iconSm" aria-label={label} onClick={toggleFull}>
					{isFull ? <Minimize /> : <Maximize />}
				</Button>
			</Tooltip>
		</div>
	);
}
