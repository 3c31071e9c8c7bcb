export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const themeCookieName = "devbox_theme";

export function parseTheme(value: string | undefined): Theme {
	return themes.find((theme) => theme === value) ?? "system";
}

const yearSeconds = 365 * 24 * 60 * 60;

/** Shows the theme at once, and keeps it for the server, which writes it into the next page. */
export function applyTheme(theme: Theme): void {
	document.documentElement.dataset.theme = theme;
	// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we serve
	document.cookie = `${themeCookieName}=${theme}; path=/; max-age=${yearSeconds}; samesite=lax`;
	for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();
const darkQuery = "(prefers-color-scheme: dark)";

export function readTheme(): Theme {
	return parseTheme(document.documentElement.dataset.theme);
}

export function isDarkNow(): boolean {
	const theme = readTheme();
	return theme === "dark" || (theme === "system" && window.matchMedia(darkQuery).matches);
}

/** Calls `onChange` when the theme or the system's wish changes. */
export function subscribeToTheme(onChange: () => void): () => void {
	const query = window.matchMedia(darkQuery);
	listeners.add(onChange);
	query.addEventListener("change", onChange);
	return () => {
		listeners.delete(onChange);
		query.removeEventListener("change", onChange);
	};
}
