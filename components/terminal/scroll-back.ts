/**
 * What has scrolled off the screen, whole. tmux draws a burst of output as its last screen alone: it scrolls many lines at once
 * (CSI S), and from then on this page's lines have gaps that tmux's history has not. The first look back after that (wheel,
 * Shift+PageUp, search) asks for the history again and goes on when it is there.
 */
import type { IDisposable, Terminal } from "@xterm/xterm";

export type ScrollBack = IDisposable & {
	/** Resolves when the lines above the screen are as whole as they can be; at once when they are. */
	makeWhole(): Promise<void>;
};

/**
 * Asks for the history. False when there is none to ask for; otherwise `onDone` is called once, when the history is on the screen
 * or will not come.
 */
export type ReplayHistory = (onDone: (isWhole: boolean) => void) => boolean;

export function openScrollBack(terminal: Terminal, o: { element: HTMLElement; replay: ReplayHistory }): ScrollBack {
	let hasGaps = false;
	let running: Promise<void> | null = null;
	/** Wheel turns while the history is on its way, in lines. */
	let turned = 0;

	function makeWhole(): Promise<void> {
		if (running) return running;
		if (!hasGaps) return Promise.resolve();
		const { promise, resolve } = Promise.withResolvers<void>();
		const isAsked = o.replay((isWhole) => {
			if (isWhole) hasGaps = false;
			running = null;
			resolve();
		});
		if (!isAsked) return Promise.resolve();
		running = promise;
		return promise;
	}

	function lookBack(event: Event, move: () => void): void {
		const isMidway = terminal.buffer.active.viewportY < terminal.buffer.active.baseY;
		if (!running && (!hasGaps || isMidway)) return;
		const wasRunning = running !== null;
		const whole = makeWhole();
		// Nothing to ask: the key or the wheel does what it always does.
		if (!running) return;
		event.preventDefault();
		event.stopPropagation();
		if (!wasRunning) void whole.then(move);
	}

	function onWheel(event: WheelEvent): void {
		if (event.deltaY >= 0 || event.ctrlKey || terminal.modes.mouseTrackingMode !== "none") return;
		turned += linesOf(event, o.element.clientHeight / terminal.rows);
		lookBack(event, () => {
			terminal.scrollLines(-turned);
			turned = 0;
		});
		if (!running) turned = 0;
	}

	function onKeyDown(event: KeyboardEvent): void {
		if (event.key !== "PageUp" || !event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
		lookBack(event, () => terminal.scrollPages(-1));
	}

	const gapWatch = terminal.parser.registerCsiHandler({ final: "S" }, () => {
		hasGaps = true;
		return false;
	});
	o.element.addEventListener("wheel", onWheel, { capture: true, passive: false });
	o.element.addEventListener("keydown", onKeyDown, { capture: true });
	return {
		makeWhole,
		dispose() {
			gapWatch.dispose();
			o.element.removeEventListener("wheel", onWheel, { capture: true });
			o.element.removeEventListener("keydown", onKeyDown, { capture: true });
		},
	};
}

const pixelMode = 0;
const lineMode = 1;
const linesPerPage = 24;

/** At least one line for any turn. */
function linesOf(event: Pick<WheelEvent, "deltaY" | "deltaMode">, linePx: number): number {
	const perLine = event.deltaMode === pixelMode ? linePx : event.deltaMode === lineMode ? 1 : 1 / linesPerPage;
	return Math.max(1, Math.round(-event.deltaY / perLine));
}
