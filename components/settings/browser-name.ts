const browsers: [pattern: RegExp, name: string][] = [
	[/\bEdg\//, "Edge"],
	[/\bOPR\//, "Opera"],
	[/\bFirefox\//, "Firefox"],
	[/\bHeadlessChrome\//, "Chrome (headless)"],
	[/\bChrome\//, "Chrome"],
	[/\bSafari\//, "Safari"],
	[/\bcurl\//, "curl"],
];
const systems: [pattern: RegExp, name: string][] = [
	[/\bAndroid\b/, "Android"],
	[/\biPhone|iPad\b/, "iOS"],
	[/\bWindows\b/, "Windows"],
	[/\bMac OS X\b/, "macOS"],
	[/\bCrOS\b/, "ChromeOS"],
	[/\bLinux\b/, "Linux"],
];

/** `Firefox on Linux`; good enough to tell one's own browsers apart. */
export function browserName(userAgent: string | null): string {
	if (!userAgent) return "Unknown browser";
	const find = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
	const browser = find(browsers) ?? "Unknown browser";
	const system = find(systems);
	return system ? `${browser} on ${system}` : browser;
}
