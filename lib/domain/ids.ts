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
} as const;

export type IdKind = keyof typeof idPrefixes;
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`;

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

export type RandomBytes = (count: number) => Uint8Array;

const systemRandom: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

export function newId<K extends IdKind>(kind: K, random: RandomBytes = systemRandom): Id<K> {
	const suffix = Array.from(random(16), (byte) => alphabet[byte % alphabet.length]).join("");
	return `${idPrefixes[kind]}_${suffix}`;
}

/** The name of a devbox's instance on its host: derived from the id, so that create is find-or-create. */
export function instanceName(devboxId: string): string {
	return devboxId.replace("_", "-");
}

/** The other way round. */
export function devboxIdOf(instance: string): string {
	return instance.replace("-", "_");
}
