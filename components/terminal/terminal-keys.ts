/** Which keys the page takes before the terminal. All others, Ctrl-W and Alt among them, are the terminal's. */

type KeyEvent = Pick<
	KeyboardEvent,
	"type" | "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "preventDefault"
>;

export type KeyTargets = {
	hasSelection: () => boolean;
	send: (input: string) => void;
	copy: () => void;
	search: () => void;
};

/** Shift+Enter as programs know it that ask for extended keys. */
const shiftEnter = "\x1b[13;2u";

/** The answer for xterm: true when the key is the terminal's. */
export function handleTerminalKey(event: KeyEvent, on: KeyTargets): boolean {
	const isCommand = (event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey;
	if (event.key === "Enter" && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
		if (event.type === "keydown") on.send(shiftEnter);
		event.preventDefault();
		return false;
	}
	if (isCommand && event.code === "KeyF") {
		if (event.type === "keydown") on.search();
		event.preventDefault();
		return false;
	}
	if (event.ctrlKey && isCommand && event.code === "KeyC") {
		if (event.type === "keydown" && on.hasSelection()) on.copy();
		event.preventDefault();
		return false;
	}
	// The browser pastes, and the paste event is asked about below.
	if (event.ctrlKey && isCommand && event.code === "KeyV") return false;
	return true;
}
