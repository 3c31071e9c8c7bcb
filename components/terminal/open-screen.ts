/** xterm as we use it: its addons, what its keys and escape sequences may do, and its renderer. */
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { WebglAddon } from "@xterm/addon-webgl";
import { type IDisposable, type ITheme, Terminal } from "@xterm/xterm";
import { terminalSizeBounds } from "@/lib/contract/terminal-protocol.ts";
import { clipboardWriteText } from "./clipboard-write.ts";
import { openScrollBack, type ReplayHistory } from "./scroll-back.ts";
import type { TerminalSize } from "./terminal-connection.ts";
import { handleTerminalKey } from "./terminal-keys.ts";
import { readTerminalPreferences } from "./terminal-preferences.ts";
import { openWebLink } from "./web-links.ts";

export type Screen = {
	terminal: Terminal;
	search: SearchAddon;
	/** Fills its element; nothing while that is hidden. */
	fit(): void;
	size(): TerminalSize;
	/** Resolves when the lines above the screen are whole, as far as the box keeps them. */
	makeHistoryWhole(): Promise<void>;
	dispose(): void;
};

type ScreenInput = {
	element: HTMLElement;
	theme: ITheme;
	fontSize: number;
	onInput: (input: string | Uint8Array) => void;
	onResize: (size: TerminalSize) => void;
	onSearch: () => void;
	/** A program in the box wrote the clipboard, as the viewer allowed. */
	onClipboardWrite: (text: string) => void;
	replayHistory: ReplayHistory;
};

const fontFamily = '"JetBrains Mono Variable", ui-monospace, Menlo, monospace';
/** As many lines as tmux keeps in the box. */
const scrollbackLines = 50_000;

export function openScreen(input: ScreenInput): Screen {
	const terminal = new Terminal({
		allowProposedApi: true,
		cursorBlink: true,
		cursorInactiveStyle: "outline",
		fontFamily,
		fontSize: input.fontSize,
		lineHeight: 1.15,
		theme: input.theme,
		scrollback: scrollbackLines,
		smoothScrollDuration: 0,
		minimumContrastRatio: 3,
		macOptionIsMeta: true,
		rightClickSelectsWord: false,
		linkHandler: { activate: (_, text) => openWebLink(text), allowNonHttpProtocols: false },
	});
	const fitAddon = new FitAddon();
	const search = new SearchAddon({ highlightLimit: 1_000 });
	terminal.loadAddon(fitAddon);
	terminal.loadAddon(search);
	terminal.loadAddon(new Unicode11Addon());
	terminal.unicode.activeVersion = "11";
	terminal.loadAddon(new WebLinksAddon((_, text) => openWebLink(text)));
	terminal.open(input.element);
	loadWebgl(terminal);
	const fitNow = () => {
		if (input.element.clientWidth > 0) fitAddon.fit();
	};
	// The first size is asked for; only later ones are reported.
	fitNow();
	const scrollBack = openScrollBack(terminal, { element: input.element, replay: input.replayHistory });
	const subscriptions = [scrollBack, ...connectInput(terminal, input)];
	return {
		terminal,
		search,
		fit: fitNow,
		size: () => boundedSize(terminal),
		makeHistoryWhole: scrollBack.makeWhole,
		dispose() {
			for (const subscription of subscriptions) subscription.dispose();
			terminal.dispose();
		},
	};
}

function boundedSize({ cols, rows }: TerminalSize): TerminalSize {
	const { min, max } = terminalSizeBounds;
	const bound = (cells: number) => Math.max(min, Math.min(max, cells));
	return { cols: bound(cols), rows: bound(rows) };
}

/** WebGL where there is one; when it is lost (a driver reset, too many contexts) xterm's own renderer takes over. */
function loadWebgl(terminal: Terminal): void {
	try {
		const webgl = new WebglAddon();
		webgl.onContextLoss(() => webgl.dispose());
		terminal.loadAddon(webgl);
	} catch {
		// No WebGL here: the DOM renderer is in place already.
	}
}

function connectInput(terminal: Terminal, input: ScreenInput): IDisposable[] {
	terminal.attachCustomKeyEventHandler((event) =>
		handleTerminalKey(event, {
			hasSelection: () => terminal.hasSelection(),
			send: input.onInput,
			copy: () => void navigator.clipboard.writeText(terminal.getSelection()).catch(() => document.execCommand("copy")),
			search: input.onSearch,
		}),
	);
	return [
		terminal.onData(input.onInput),
		// Mouse reports of old programs are bytes, no UTF-8.
		terminal.onBinary((data) => input.onInput(Uint8Array.from(data, (character) => character.charCodeAt(0)))),
		terminal.onResize((size) => input.onResize(boundedSize(size))),
		terminal.parser.registerOscHandler(52, (payload) => {
			const text = readTerminalPreferences().allowsClipboardWrite ? clipboardWriteText(payload) : null;
			if (text !== null) input.onClipboardWrite(text);
			return true;
		}),
	];
}
