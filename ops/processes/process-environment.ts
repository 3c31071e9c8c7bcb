/** What each process of ours is told: everything by environment, nothing from the operator's shell but what is named here. */
import { authSecretFile } from "../install/data-folders.ts";
import type { Install } from "../install/install.ts";
import { processVariables } from "../operator-variables.ts";

export type ProductAddresses = {
	/** host:port of the gateway. */
	listen: string;
	/** host:port of the SSH gateway. */
	sshListen: string;
	publicUrl: string;
	webPort: number;
	tls: { certFile: string; keyFile: string } | null;
};

export function baseEnvironment(install: Install, o: ProductAddresses & { isDev: boolean }): Record<string, string> {
	const env: Record<string, string> = {
		PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		LANG: "C.UTF-8",
		HOME: "/nonexistent",
		NODE_ENV: o.isDev ? "development" : "production",
		NEXT_TELEMETRY_DISABLED: "1",
		DEVBOX_INSTALL_ID: install.installId,
		DEVBOX_DATA: install.dataDir,
		DEVBOX_LISTEN: o.listen,
		DEVBOX_SSH_LISTEN: o.sshListen,
		DEVBOX_WEB_URL: `http://127.0.0.1:${o.webPort}`,
		PUBLIC_URL: o.publicUrl,
		AUTH_SECRET_FILE: authSecretFile(install),
	};
	if (o.isDev) env.DEVBOX_DEV = "1";
	if (o.tls) Object.assign(env, { TLS_CERT_FILE: o.tls.certFile, TLS_KEY_FILE: o.tls.keyFile });
	for (const name of processVariables) {
		const value = process.env[name];
		if (value) env[name] = value;
	}
	return env;
}
