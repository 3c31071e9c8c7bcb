/**
 * Stands in for Tailscale's coordination server, as far as a node that joins by an ID token sees it. It knows of the issuer what anybody
 * knows: its address. Signature (by discovery and key set), audience, subject, age, one use and tags are looked at as Tailscale does.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { z } from "zod";

export type TokenExchange = {
	origin: string;
	port: number;
	/** Name -> what it is; a node that said goodbye is gone. */
	nodes: Map<string, { tags: string[]; isEphemeral: boolean }>;
	/** How often a token was taken, and what was said to those that were not. */
	taken: { jti: string; subject: string }[];
	refusals: string[];
	isDown: boolean;
	close(): Promise<void>;
};

type Rules = { issuer: string; clientId: string; subject: RegExp; tags: readonly string[] };

const keyRequest = z.object({
	capabilities: z.object({
		devices: z.object({
			create: z.object({
				reusable: z.literal(false),
				ephemeral: z.literal(true),
				preauthorized: z.literal(true),
				tags: z.array(z.string()).min(1),
			}),
		}),
	}),
});

class Refusal extends Error {}

export async function startTokenExchange(rules: Rules): Promise<TokenExchange> {
	const accessTokens = new Set<string>();
	const keys = new Map<string, string[]>();
	const exchange = { nodes: new Map(), taken: [], refusals: [], isDown: false } as unknown as TokenExchange;
	let count = 0;
	const unique = (prefix: string) => `${prefix}-${++count}`;

	async function takeToken(body: string): Promise<object> {
		const form = new URLSearchParams(body);
		if (form.get("client_id") !== rules.clientId) throw new Refusal("no such client");
		const discovery = await fetch(`${rules.issuer}/.well-known/openid-configuration`);
		const { jwks_uri: uri } = (await discovery.json()) as { jwks_uri: string };
		const { payload } = await jwtVerify(form.get("jwt") ?? "", createRemoteJWKSet(new URL(uri)), {
			issuer: rules.issuer,
			audience: `api.tailscale.com/${rules.clientId}`,
			algorithms: ["RS256"],
			maxTokenAge: 300,
			requiredClaims: ["jti", "sub", "exp"],
		});
		const { jti = "", sub: subject = "" } = payload;
		if (!rules.subject.test(subject)) throw new Refusal(`the subject ${subject} does not match`);
		if (exchange.taken.some((token) => token.jti === jti)) throw new Refusal("the token was used before");
		exchange.taken.push({ jti, subject });
		const access_token = unique("access");
		accessTokens.add(access_token);
		return { access_token, token_type: "Bearer", expires_in: 3600, scope: "auth_keys" };
	}

	function makeKey(request: IncomingMessage, body: string): object {
		const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
		if (!accessTokens.delete(bearer)) throw new Refusal("no such access token");
		const parsed = keyRequest.safeParse(JSON.parse(body));
		if (!parsed.success) throw new Refusal("the key must be of one use, ephemeral and preauthorized, with tags");
		const { tags } = parsed.data.capabilities.devices.create;
		const foreign = tags.filter((tag) => !rules.tags.includes(tag));
		if (foreign.length > 0) throw new Refusal(`requested tags [${foreign}] are invalid or not permitted`);
		const key = unique("tskey-auth");
		keys.set(key, tags);
		return { id: key, key };
	}

	function register(body: string): object {
		const { key, hostname } = z.object({ key: z.string(), hostname: z.string() }).parse(JSON.parse(body));
		const tags = keys.get(key);
		if (!tags || !keys.delete(key)) throw new Refusal("no such key");
		let name = hostname;
		for (let n = 1; exchange.nodes.has(name); n++) name = `${hostname}-${n}`;
		exchange.nodes.set(name, { tags, isEphemeral: true });
		return { name: `${name}.example-tailnet.ts.net.`, address: `100.100.0.${exchange.nodes.size}` };
	}

	const routes: Record<string, (request: IncomingMessage, body: string) => object | Promise<object>> = {
		"/api/v2/oauth/token-exchange": (_request, body) => takeToken(body),
		"/api/v2/tailnet/-/keys": makeKey,
		"/stand-in/register": (_request, body) => register(body),
		"/stand-in/logout": (_request, body) => ({ gone: exchange.nodes.delete(body.split(".")[0] ?? "") }),
	};

	async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		if (exchange.isDown) return send(response, 503, { message: "the token exchange is down for maintenance" });
		try {
			const route = routes[request.url ?? ""];
			if (!route || request.method !== "POST") throw new Refusal(`nothing at ${request.url}`);
			send(response, 200, await route(request, body));
		} catch (error) {
			const message = (error as Error).message;
			exchange.refusals.push(message);
			send(response, 403, { message });
		}
	}

	const server = createServer((request, response) => void serve(request, response));
	await listening(server);
	const { port } = server.address() as AddressInfo;
	return Object.assign(exchange, {
		port,
		origin: `http://127.0.0.1:${port}`,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	});
}

function send(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json", connection: "close" });
	response.end(JSON.stringify(body));
}

function listening(server: Server): Promise<void> {
	return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}
