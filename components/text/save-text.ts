/** Has the browser keep it as a file. */
export function saveText(name: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
	Object.assign(document.createElement("a"), { href: url, download: name }).click();
	URL.revokeObjectURL(url);
}
