/**
 * What goes over a terminal's WebSocket, `GET /api/v1/terminal?ticket=…`. Binary frames are the terminal's bytes, both ways; text
 * frames are one of the JSON messages here. The client's first message is `resize`; the server's is `ready` or `closed`.
 */
import { z } from "zod";

export const terminalPath = "/terminal";

/** Columns and rows of a terminal, inclusive. */
export const terminalSizeBounds = { min: 2, max: 500 } as const;

const cells = z.number().int().min(terminalSizeBounds.min).max(terminalSizeBounds.max);

export const terminalClientMessage = z.discriminatedUnion("type", [
	z.object({ type: z.literal("resize"), cols: cells, rows: cells }),
	/** So many more bytes of binary frames were processed since the last `ack`: the server sends only so far ahead. */
	z.object({ type: z.literal("ack"), bytes: z.number().int().min(1) }),
]);
export type TerminalClientMessage = z.infer<typeof terminalClientMessage>;

/** The server stops sending when this many bytes are on their way without an `ack`; acknowledge at least every quarter of it. */
export const terminalUnackedBytesMax = 512 * 1024;

/** Why the server closed, with the WebSocket close code. `retry`: the same terminal can be opened again, with a new ticket. */
export const terminalCloseCodes = {
	ticket_refused: { close: 4001, retry: true },
	session_ended: { close: 4002, retry: false },
	not_running: { close: 4003, retry: false },
	unavailable: { close: 4004, retry: true },
	link_lost: { close: 4005, retry: true },
	too_many: { close: 4006, retry: false },
	bad_message: { close: 4007, retry: false },
	shutting_down: { close: 1001, retry: true },
	internal: { close: 1011, retry: true },
} as const satisfies Record<string, { close: number; retry: boolean }>;

export type TerminalCloseCode = keyof typeof terminalCloseCodes;

export type TerminalServerMessage =
	/** `tmux`: a reload comes back to it. `shell`: it does not. `existing`: this terminal was there before, its history follows. */
	| { type: "ready"; mode: "tmux" | "shell"; existing: boolean }
	/** The program ended (the socket closes with 1000); null when a signal ended it. */
	| { type: "exit"; code: number | null }
	/** `reason` is for people. The socket closes with `terminalCloseCodes[code].close`. */
	| { type: "closed"; reason: string; code: TerminalCloseCode };
