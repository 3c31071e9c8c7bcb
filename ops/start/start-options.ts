import { networkInterfaces } from "node:os";
import { parseArgs } from "node:util";
import { parseListen } from "../../lib/config/config.ts";
import { AppError } from "../../lib/domain/errors.ts";

export type ListenAddress = { host: string; port: number; text: string };

export type StartOptions = {
	data: string | undefined;
	listen: ListenAddress;
	/** Null: nobody said; port 2222 beside `listen`, or another that is free. */
	sshListen: ListenAddress | null;
	publicUrl: string;
	tls: { certFile: string; keyFile: string } | null;
	/** Null: the embedded one. */
	databaseUrl: string | null;
};

/** @throws AppError `invalid` naming the option at fault. */
export function readStartOptions(args: readonly string[], env: Record<string, string | undefined>): StartOptions {
	const { values } = parseOptions(args);
	const listen = readListen("--listen", values.listen ?? env.DEVBOX_LISTEN ?? "127.0.0.1:3000");
	const sshText = values["ssh-listen"] ?? env.DEVBOX_SSH_LISTEN;
	const sshListen = sshText ? readListen("--ssh-listen", sshText) : null;
	const certFile = values["tls-cert"];
	const keyFile = values["tls-key"];
	if ((certFile === undefined) !== (keyFile === undefined))
		throw invalid("--tls-cert and --tls-key go together: the chain and its key, both PEM.");
	const tls = certFile && keyFile ? { certFile, keyFile } : null;
	const publicUrl = env.PUBLIC_URL ? readPublicUrl(env.PUBLIC_URL) : ownUrl(listen, tls !== null);
	return { data: values.data, listen, sshListen, publicUrl, tls, databaseUrl: readDatabaseUrl(env.DATABASE_URL) };
}

function parseOptions(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				listen: { type: "string" },
				"ssh-listen": { type: "string" },
				data: { type: "string" },
				"tls-cert": { type: "string" },
				"tls-key": { type: "string" },
			},
		});
	} catch (error) {
		throw invalid(`${(error as Error).message}\nSee: npm start -- --help`);
	}
}

function readListen(option: string, text: string): ListenAddress {
	const withHost = /^:?\d+$/.test(text) ? `127.0.0.1:${text.replace(":", "")}` : text;
	const { host, port } = parseListen(withHost);
	if (!host || !Number.isInteger(port) || port < 1 || port > 65_535) {
		throw invalid(
			`${option} wants host:port with a port of 1 to 65535, as 127.0.0.1:3000, not ${JSON.stringify(text)}.`,
		);
	}
	return { host, port, text: withHost };
}

function readPublicUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || !["http:", "https:"].includes(url.protocol) || url.pathname !== "/" || url.search) {
		throw invalid(
			`PUBLIC_URL wants scheme and host alone, as https://devbox.example.com, not ${JSON.stringify(text)}.`,
		);
	}
	return url.origin;
}

function readDatabaseUrl(text: string | undefined): string | null {
	if (!text) return null;
	if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text;
	// The value may hold a password, so it is not repeated.
	throw invalid("DATABASE_URL wants postgres://user:password@host:port/database.");
}

/** Where a browser reaches us when nobody said so. */
function ownUrl(listen: ListenAddress, isTls: boolean): string {
	const isEverywhere = listen.host === "0.0.0.0" || listen.host === "::";
	const host = isEverywhere ? (firstOutwardAddress() ?? "127.0.0.1") : listen.host;
	return new URL(`${isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${listen.port}`).origin;
}

/** Bridges of engines are addresses of ours, too, but nobody's browser is there. */
function firstOutwardAddress(): string | null {
	for (const [name, addresses] of Object.entries(networkInterfaces())) {
		if (/^(dbx|lxdbr|incusbr|docker|br-|veth|virbr)/.test(name)) continue;
		for (const address of addresses ?? []) if (!address.internal && address.family === "IPv4") return address.address;
	}
	return null;
}

export function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function invalid(message: string): AppError {
	return new AppError({ code: "invalid", message });
}
