/** Everything that a process of ours is told, read once from its environment. A wrong value stops the start with its name. */
import { z } from "zod";
import { SecretText } from "../domain/secret-text.ts";

const address = z.string().regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, "expected host:port");
const optional = z
	.string()
	.optional()
	.transform((text) => text?.trim() || undefined);

const environment = z.object({
	DEVBOX_INSTALL_ID: z.string().regex(/^[a-z0-9]{4,8}$/, "expected 4 to 8 lower-case letters and digits"),
	DEVBOX_DATA: z.string().min(1),
	DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, "expected postgres://…"),
	PUBLIC_URL: z.url().default("http://127.0.0.1:3000"),
	PREVIEW_DOMAIN: optional.refine(
		(text) => text === undefined || isPreviewDomain(text),
		"expected a domain name, as preview.example.com",
	),
	DEVBOX_LISTEN: address.default("127.0.0.1:3000"),
	DEVBOX_SSH_LISTEN: address.optional(),
	SSH_PUBLIC_HOST: optional,
	SSH_PUBLIC_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
	SSH_HOST_KEY_FILE: optional,
	DEVBOX_WEB_URL: z.url().default("http://127.0.0.1:3001"),
	DEVBOX_TRUSTED_PROXY: optional,
	DEVBOX_DEV: optional,
	DEVBOX_RATE_LIMIT: z.coerce.number().int().min(0).default(6_000),
	TLS_CERT_FILE: optional,
	TLS_KEY_FILE: optional,
	AUTH_SECRET_FILE: optional,
	DEVBOX_KEY_ENCRYPTION_KEY: optional,
	AUTH_GITHUB_ID: optional,
	AUTH_GITHUB_SECRET: optional,
	AUTH_GITHUB_BASE_URL: z.url().default("https://github.com"),
	AUTH_GITHUB_ALLOWED_ORGS: optional,
	DEVBOX_ALLOWED_ADDRESSES: optional,
	DEVBOX_RETURN_ORIGINS: optional.refine(
		(text) => list(text).every(isOrigin),
		"expected origins, as https://app.example.com, with commas between",
	),
});

export type GithubSignIn = { clientId: string; clientSecret: SecretText; baseUrl: string; allowedOrgs: string[] };

/** The keys themselves, given by environment, or the file that holds them; the web process has neither. */
export type KeyEncryptionKeySource = { text: SecretText | null; file: string };

export type SshConfig = {
	listen: { host: string; port: number };
	/** As clients reach it; `publicPort` is null for the port that it listens on. */
	publicHost: string;
	publicPort: number | null;
	hostKeyFile: string;
};

export type Config = {
	installId: string;
	dataDir: string;
	/** With the password of this process's role. */
	databaseUrl: SecretText;
	publicUrl: URL;
	/** `name` or `name:port`; null: derived from the public URL. */
	previewDomain: string | null;
	listen: { host: string; port: number };
	/** Null: no SSH gateway. */
	ssh: SshConfig | null;
	webUrl: string;
	/** Peers whose X-Forwarded-* headers are believed. */
	trustedProxies: string[];
	/** Of one session or token; 0 is without bounds. */
	requestsPerMinute: number;
	isDev: boolean;
	tls: { certFile: string; keyFile: string } | null;
	authSecretFile: string | null;
	keyEncryptionKey: KeyEncryptionKeySource;
	github: GithubSignIn | null;
	/** Where `org/repo` is, whether sign-in by it is set up or not. */
	githubUrl: string;
	/** Names, addresses and ranges that requests on a user's behalf may go to, beside the public internet. */
	allowedAddresses: string[];
	/** Where a browser may be sent back to after a flow at GitHub, beside the public URL's own origin. */
	returnOrigins: string[];
};

type Environment = Record<string, string | undefined>;

/** Throws an Error that names every variable at fault. */
export function readConfig(env: Environment): Config {
	const parsed = environment.safeParse(env);
	if (!parsed.success) {
		const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
		throw new Error(`The environment is not complete:\n${lines.join("\n")}\nStart with \`npm start\`, which sets it.`);
	}
	const e = parsed.data;
	return {
		installId: e.DEVBOX_INSTALL_ID,
		dataDir: e.DEVBOX_DATA,
		databaseUrl: new SecretText(e.DATABASE_URL),
		publicUrl: new URL(e.PUBLIC_URL),
		previewDomain: e.PREVIEW_DOMAIN ?? null,
		listen: parseListen(e.DEVBOX_LISTEN),
		ssh: e.DEVBOX_SSH_LISTEN
			? {
					listen: parseListen(e.DEVBOX_SSH_LISTEN),
					publicHost: e.SSH_PUBLIC_HOST ?? new URL(e.PUBLIC_URL).hostname.replace(/^\[|\]$/g, ""),
					publicPort: e.SSH_PUBLIC_PORT ?? null,
					hostKeyFile: e.SSH_HOST_KEY_FILE ?? `${e.DEVBOX_DATA}/keys/ssh-host-key`,
				}
			: null,
		webUrl: e.DEVBOX_WEB_URL,
		trustedProxies: list(e.DEVBOX_TRUSTED_PROXY),
		requestsPerMinute: e.DEVBOX_RATE_LIMIT,
		isDev: e.DEVBOX_DEV === "1",
		tls: e.TLS_CERT_FILE && e.TLS_KEY_FILE ? { certFile: e.TLS_CERT_FILE, keyFile: e.TLS_KEY_FILE } : null,
		authSecretFile: e.AUTH_SECRET_FILE ?? null,
		keyEncryptionKey: {
			text: e.DEVBOX_KEY_ENCRYPTION_KEY === undefined ? null : new SecretText(e.DEVBOX_KEY_ENCRYPTION_KEY),
			file: `${e.DEVBOX_DATA}/keys/key-encryption-key`,
		},
		githubUrl: e.AUTH_GITHUB_BASE_URL.replace(/\/+$/, ""),
		allowedAddresses: list(e.DEVBOX_ALLOWED_ADDRESSES),
		returnOrigins: list(e.DEVBOX_RETURN_ORIGINS).map((text) => new URL(text).origin),
		github:
			e.AUTH_GITHUB_ID && e.AUTH_GITHUB_SECRET
				? {
						clientId: e.AUTH_GITHUB_ID,
						clientSecret: new SecretText(e.AUTH_GITHUB_SECRET),
						baseUrl: e.AUTH_GITHUB_BASE_URL.replace(/\/$/, ""),
						allowedOrgs: list(e.AUTH_GITHUB_ALLOWED_ORGS),
					}
				: null,
	};
}

/** Addresses have nothing below them. */
function isPreviewDomain(text: string): boolean {
	return /^(?=.{1,180}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?::\d{1,5})?$/i.test(
		text,
	);
}

function isOrigin(text: string): boolean {
	const url = URL.parse(text);
	return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

/** `host:port`, with IPv6 addresses in brackets. */
export function parseListen(text: string): { host: string; port: number } {
	const at = text.lastIndexOf(":");
	return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) };
}

function list(text: string | undefined): string[] {
	return (text ?? "")
		.split(",")
		.map((item) => item.trim())
		.filter(Boolean);
}
