import { useSyncExternalStore } from "react";

function subscribe(onChange: () => void): () => void {
	window.addEventListener("hashchange", onChange);
	return () => window.removeEventListener("hashchange", onChange);
}

/** What stands behind the `#`: null on the server, which never gets it. Another link in the same tab changes nothing else. */
export function useLinkSecret(): string | null {
	return useSyncExternalStore(
		subscribe,
		() => window.location.hash.slice(1),
		() => null,
	);
}
