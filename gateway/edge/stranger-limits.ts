/** How long, and in what number, who has said nothing yet, or says it in drips, is listened to. One value; tests make it small. */
export type StrangerLimits = {
	/** Sockets of the web address at once; one more is closed unheard. */
	connectionsMax: number;
	/** From the connection, or the end of the request before, until a request's headers are all there. */
	headersMs: number;
	/** All of a body that is no stream. */
	bodyMs: number;
	/** Within a body that is one. */
	silenceMs: number;
	/** How often Node looks at its connections. */
	lookEveryMs: number;
	/** SSH: version and key exchange; then the login, for which a person may have to find the passphrase of a key. */
	sshHandshakeMs: number;
	sshLoginMs: number;
};

export const strangerLimits: StrangerLimits = {
	connectionsMax: 16_000,
	headersMs: 20_000,
	bodyMs: 60_000,
	silenceMs: 60_000,
	lookEveryMs: 5_000,
	sshHandshakeMs: 15_000,
	sshLoginMs: 60_000,
};
