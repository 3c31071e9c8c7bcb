/** OSC 52: what a program in the box asks the clipboard for. */

/** Of base64; more than anybody copies on purpose. */
const payloadMax = 1024 * 1024;

/** The text of a write; null for a read (never answered), for the other selections and for nonsense. */
export function clipboardWriteText(payload: string): string | null {
	const match = /^c?;([A-Za-z0-9+/=]+)$/.exec(payload.length > payloadMax ? "" : payload);
	if (!match?.[1]) return null;
	try {
		const bytes = Uint8Array.from(atob(match[1]), (character) => character.charCodeAt(0));
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		// Broken base64 or no UTF-8.
		return null;
	}
}
