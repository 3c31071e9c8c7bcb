/** `git config --null --list`: key, line feed, value, NUL; a key without a value stands alone. */
export function parseConfigList(text: string): { key: string; value: string }[] {
	return text
		.split("\0")
		.filter(Boolean)
		.map((entry) => {
			const at = entry.indexOf("\n");
			return at < 0 ? { key: entry, value: "" } : { key: entry.slice(0, at), value: entry.slice(at + 1) };
		});
}
