/**
 * Names of previews: `<port>--<label>.<domain>` is what listens on a port of a devbox, `<label>.<domain>` the list of its ports.
 * Each is an origin of its own, apart from the dashboard's.
 */
import { devboxNamePattern } from "./devbox-name.ts";
import { instanceName } from "./ids.ts";

export type PreviewBase = {
	protocol: "http:" | "https:";
	/** Below which every preview has its name. */
	domain: string;
	/** As in a URL; empty for the protocol's own. */
	port: string;
};

/** `port` null: the devbox itself, which is the list of its ports. */
export type PreviewTarget = { label: string; port: number | null };

/** A DNS label has 63 characters; `65535--` takes seven of them. */
const labelMax = 56;
const loopbackDomain = "localhost";

/**
 * Where previews are. `previewDomain` (`name` or `name:port`) is what the operator said. Without it: `localhost` for a server that is
 * seen on loopback, since browsers take every name below it for the machine itself; `preview.<name>` for one with a name; null
 * for one that has only an address, because nothing can be below that.
 */
export function previewBaseOf(o: { publicUrl: URL; previewDomain: string | null }): PreviewBase | null {
	const protocol = o.publicUrl.protocol === "https:" ? "https:" : "http:";
	const { hostname, port } = o.publicUrl;
	if (o.previewDomain) {
		const [domain = "", ownPort] = o.previewDomain.toLowerCase().split(":");
		return { protocol, domain, port: ownPort ?? port };
	}
	if (isLoopbackName(hostname)) return { protocol, domain: loopbackDomain, port };
	if (isAddress(hostname)) return null;
	return { protocol, domain: `preview.${hostname}`, port };
}

function isLoopbackName(hostname: string): boolean {
	return (
		hostname === loopbackDomain ||
		hostname.endsWith(`.${loopbackDomain}`) ||
		hostname === "[::1]" ||
		/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
	);
}

function isAddress(hostname: string): boolean {
	return hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
}

/** What a Host header names, whatever its port; null for what is no preview. */
export function parsePreviewHost(base: PreviewBase, hostHeader: string): PreviewTarget | null {
	const hostname = hostHeader.replace(/:\d{1,5}$/, "").toLowerCase();
	const suffix = `.${base.domain}`;
	return hostname.endsWith(suffix) ? parsePreviewName(hostname.slice(0, -suffix.length)) : null;
}

/** `3000--web` or `web`. */
export function parsePreviewName(name: string): PreviewTarget | null {
	const match = /^([1-9]\d{0,4})--(.+)$/.exec(name);
	const [label = "", port] = match ? [match[2], Number(match[1])] : [name, null];
	if (!devboxNamePattern.test(label) || (port !== null && port > 65_535)) return null;
	return { label, port };
}

/** The devbox's name, or the name of its instance where its own is too long for a port before it, or would be read as something else. */
export function previewLabel(box: { id: string; name: string }): string {
	const isPlain = box.name.length <= labelMax && !/^\d{1,5}--/.test(box.name) && !/^dbx-[0-9a-z]{16}$/.test(box.name);
	return isPlain ? box.name : instanceName(box.id);
}

/** `http://3000--web.localhost:3000`, without a path. `{port}` stays as it is, for whoever fills it in. */
export function previewOrigin(base: PreviewBase, o: { label: string; port: number | "{port}" | null }): string {
	const name = o.port === null ? o.label : `${o.port}--${o.label}`;
	return `${base.protocol}//${name}.${base.domain}${base.port ? `:${base.port}` : ""}`;
}

/**
 * The same as a browser sees it that came by `hostHeader`: on loopback a forwarded port counts, since only it leads back here.
 */
export function previewBaseSeenBy(base: PreviewBase, hostHeader: string): PreviewBase {
	return base.domain === loopbackDomain ? { ...base, port: portOf(hostHeader) } : base;
}

/** The dashboard's origin, for a browser that came by `hostHeader`. */
export function dashboardSeenBy(o: { base: PreviewBase; publicUrl: URL; hostHeader: string }): string {
	if (o.base.domain !== loopbackDomain || !isLoopbackName(o.publicUrl.hostname)) return o.publicUrl.origin;
	const port = portOf(o.hostHeader);
	return `${o.publicUrl.protocol}//${o.publicUrl.hostname}${port ? `:${port}` : ""}`;
}

function portOf(hostHeader: string): string {
	return /:(\d{1,5})$/.exec(hostHeader)?.[1] ?? "";
}

/** A path with its query, of this server and no other, however it is spelled; `/` for anything else. */
export function safePreviewPath(path: string | null | undefined): string {
	if (!path?.startsWith("/") || path.length > 4_096) return "/";
	const base = "http://preview.invalid";
	try {
		const url = new URL(path, base);
		return url.origin === base ? url.pathname + url.search : "/";
	} catch {
		return "/";
	}
}
