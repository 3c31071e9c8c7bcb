/** `attachment` with the file's own name, whatever it is: plain for old clients, and exact as RFC 6266 and 8187 have it. */
export function attachmentHeader(name: string): string {
	const whole = name || "download";
	const plain = whole.replace(/[^ !#$&+=\-.^_`{}~A-Za-z0-9()]/g, "_");
	const exact = encodeURIComponent(whole.toWellFormed()).replace(
		/['()*]/g,
		(c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
