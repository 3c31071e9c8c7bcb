/** There is none to end; to have none is what was asked for. */
export function disconnectGithub(): Promise<void> {
	return Promise.resolve();
}
