/** The SSH gateway as use cases see it; `gateway/ssh` implements it. */

export type SshAddress = {
	/** As clients reach it. */
	host: string;
	port: number;
	/** `ssh-ed25519 AAAA…` */
	hostKey: string;
	/** `SHA256:…` */
	fingerprint: string;
};

/** What live connections of one credential do, as far as this process holds them. */
export type SshActivity = {
	connections: number;
	/** One of their channels is a terminal. */
	isTty: boolean;
	lastActivityAt: Date;
	/** Both ways. */
	bytesPerSecond: number;
};

export type SshDoor = {
	address(): SshAddress;
	/** Null when nobody is connected by it. */
	activity(credentialId: string): SshActivity | null;
};
