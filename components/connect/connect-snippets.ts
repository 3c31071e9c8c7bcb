/** What a person copies to reach one devbox, filled in. */

export type SshPlace = { host: string; port: number };

export function sshCommand(label: string, { host, port }: SshPlace): string {
	return `ssh ${label}@${host}${port === 22 ? "" : ` -p ${port}`}`;
}

/** A block for ~/.ssh/config, so that `ssh <label>` and every editor know the way. */
export function sshConfig(label: string, { host, port }: SshPlace): string {
	return [`Host ${label}`, `  HostName ${host}`, `  Port ${port}`, `  User ${label}`].join("\n");
}

/** Opens VS Code with Remote-SSH; https://code.visualstudio.com/docs/remote/troubleshooting names the form. */
export function vsCodeUrl(label: string, { host, port }: SshPlace): string {
	return `vscode://vscode-remote/ssh-remote+${label}@${host}:${port}/workspaces`;
}

export function sdkSnippet(name: string, origin: string): string {
	return [
		`import { Compute } from "@devbox/sdk";`,
		"",
		`const c = new Compute({ apiKey: process.env.DEVBOX_API_KEY, baseUrl: ${JSON.stringify(origin)} });`,
		`const box = await c.box.get(${JSON.stringify(name)});`,
		`const { exitCode, stdout } = await box.exec(["uname", "-a"]);`,
	].join("\n");
}

export function curlSnippet(id: string, origin: string): string {
	return [
		`curl -N ${origin}/api/v1/devboxes/${id}/execs/run \\`,
		`  -H "Authorization: Bearer $DEVBOX_API_KEY" \\`,
		`  --json '{"argv": ["uname", "-a"]}'`,
	].join("\n");
}
