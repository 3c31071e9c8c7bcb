/** What listens in every devbox and is nobody's application. */
const systemPorts = new Set([22, 53, 5355]);
const systemProcesses = new Set(["sshd", "systemd", "systemd-resolve", "systemd-network", "containerd", "dockerd"]);

/** Whether a listener is worth a link in the list of a devbox's previews. */
export function isApplicationPort(listener: { port: number; process: string | null }): boolean {
	return !systemPorts.has(listener.port) && !systemProcesses.has(listener.process ?? "");
}
