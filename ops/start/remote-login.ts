/** Whether the operator sits at another machine, as `ssh -L` is then the way to a product on loopback. */
import { readFile } from "node:fs/promises";

export type RemoteLogin = { user: string; server: string; port: number };

/** Reads SSH_CONNECTION, here or in the processes above us (sudo takes it out of the environment). Null at the machine itself. */
export async function remoteLogin(): Promise<RemoteLogin | null> {
	const connection = process.env.SSH_CONNECTION ?? (await connectionAbove(process.ppid));
	return connection ? parseConnection(connection, process.env.SUDO_USER ?? process.env.USER ?? "root") : null;
}

/** `client clientPort server serverPort`, as sshd writes it. */
export function parseConnection(text: string, user: string): RemoteLogin | null {
	const [, , server, port] = text.trim().split(/\s+/);
	if (!server || !port || !/^\d+$/.test(port)) return null;
	return { user, server, port: Number(port) };
}

/** The command for the operator's own machine: it brings the dashboard there, and SSH into devboxes. */
export function tunnelCommand(login: RemoteLogin, listening: readonly { host: string; port: number }[]): string {
	const port = login.port === 22 ? "" : ` -p ${login.port}`;
	const forwards = listening.map(({ host, port }) => `-L ${port}:${host.includes(":") ? `[${host}]` : host}:${port}`);
	return `ssh -N ${forwards.join(" ")}${port} ${login.user}@${login.server}`;
}

async function connectionAbove(pid: number): Promise<string | null> {
	for (let at = pid, depth = 0; at > 1 && depth < 16; depth++) {
		const environment = await readProc(at, "environ");
		const found = environment.split("\0").find((entry) => entry.startsWith("SSH_CONNECTION="));
		if (found) return found.slice("SSH_CONNECTION=".length);
		at = Number(/^PPid:\s*(\d+)/m.exec(await readProc(at, "status"))?.[1] ?? 0);
	}
	return null;
}

/** Empty for a process that is gone or another user's. */
async function readProc(pid: number, name: string): Promise<string> {
	return readFile(`/proc/${pid}/${name}`, "utf8").catch((error: NodeJS.ErrnoException) => {
		if (["ENOENT", "EACCES", "EPERM", "ESRCH"].includes(error.code ?? "")) return "";
		throw error;
	});
}
