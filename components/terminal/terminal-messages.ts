import type {
	TerminalClientMessage,
	TerminalCloseCode,
	TerminalServerMessage,
} from "@/lib/contract/terminal-protocol.ts";

export function encodeMessage(message: TerminalClientMessage): string {
	return JSON.stringify(message);
}

/** A control message of the server; null for one that this page does not know (a newer server), which is passed over. */
export function parseServerMessage(text: string): TerminalServerMessage | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// Not JSON is not a message.
		return null;
	}
	if (typeof value !== "object" || value === null) return null;
	const message = value as Record<string, unknown>;
	if (message.type === "ready" && (message.mode === "tmux" || message.mode === "shell"))
		return { type: "ready", mode: message.mode, existing: message.existing === true };
	if (message.type === "exit") return { type: "exit", code: typeof message.code === "number" ? message.code : null };
	if (message.type === "closed")
		return { type: "closed", reason: String(message.reason ?? ""), code: String(message.code) as TerminalCloseCode };
	return null;
}
