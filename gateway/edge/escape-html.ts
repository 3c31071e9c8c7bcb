const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };

/** For text and attributes. Control characters go: names of processes, accounts and the like are other people's bytes. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&${names[character]};`).replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD");
}
