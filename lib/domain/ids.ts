/** Ids are prefixed, branded and URL-safe: `dbx_` + 16 characters of Crockford's base32 in lower case (80 bits). */
export const idPrefixes = {
	devbox: "dbx",
	operation: "op",
	run: "run",
	session: "ses",
	user: "usr",
	workspace: "wsp",
	host: "host",
	image: "img",
	invitation: "inv",
	invitationLink: "invl",
	signInLink: "sil",
	request: "req",
	apiToken: "tok",
	sshKey: "key",
	accessSession: "acs",
	exec: "exe",
	gateway: "gwy",
	auditEvent: "evt",
	secret: "sec",
	secretVersion: "secv",
	githubConnection: "ghc",
	networkPolicy: "netp",
	isolationReport: "iso",
	identityAudience: "aud",
	idToken: "jti",
	networkRequest: "netr",
	internalService: "svc",
} as const;

export type IdKind = keyof typeof idPrefixes;
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type RandomBytes = (count: number) => Uint8Array;

/** Drawn from the system by the page: each request takes an id, and a call per id took a tenth of what a read costs. */
const page = new Uint8Array(4096);
let pageUsed = page.length;

const systemRandom: RandomBytes = (count) => {
	if (pageUsed + count > page.length) {
		crypto.getRandomValues(page);
		pageUsed = 0;
	}
	pageUsed += count;
	return page.subarray(pageUsed - count, pageUsed);
};

export function newId<K extends IdKind>(kind: K, random: RandomBytes = systemRandom): Id<K> {
	let id = `${idPrefixes[kind]}_`;
	for (const byte of random(16)) id += alphabet[byte % alphabet.length];
	return id as Id<K>;
}

/** The name of a devbox's instance on its host: derived from the id, so that create is find-or-create. */
export function instanceName(devboxId: string): string {
	return devboxId.replace("_", "-");
}

/** The other way round. */
export function devboxIdOf(instance: string): string {
	return instance.replace("-", "_");
}
