/** What a box may cost the process that holds a link to it. Past these the link is closed; an honest sshd meets none of them. */
export const linkLimits = {
	/** From the engine's exec to an authenticated connection. */
	openTimeoutMs: 15_000,
	/** From a request for a channel to the box's answer. */
	channelOpenTimeoutMs: 15_000,
	/** Channels that our clients hold or ask for at a time; one more is refused with `rate_limited`. */
	channelsMax: 256,
	/** Connections that the box holds to our control socket at a time. */
	serverChannelsMax: 32,
	/** Connections that the box holds to one client through that client's own link, at a time. */
	forwardedChannelsMax: 128,
	/** Links of single clients into one box at a time; one more is refused with `rate_limited`. */
	forwardingLinksMax: 32,
	/** Bytes that a channel may have on the way to a reader of ours: the flow-control window that we grant. */
	channelWindowBytes: 512 * 1024,
	/** The largest window that a box may grant us; OpenSSH grants 2 MiB. */
	peerWindowBytesMax: 16 * 1024 * 1024,
	/** Smallest packet size that a box may ask for; zero would have ssh2 loop for ever. */
	peerPacketBytesMin: 1024,
	/** Bytes that may come before authentication is done: version, key exchange, banner. */
	handshakeBytesMax: 256 * 1024,
	/** Bytes that wait for the box to read them, over all channels. */
	outboundBytesMax: 32 * 1024 * 1024,
	/** Protocol traffic that nothing of ours has caused: a bucket and what it regains per second. Each small packet costs us some 50 µs. */
	chatterBytesMax: 256 * 1024,
	chatterBytesPerSecond: 32 * 1024,
	/** Taken off that count for each request of ours: what an honest sshd answers, from the channel's opening to its close. */
	requestCreditBytes: 1024,
	/** Key exchanges: these, and one more for every so many bytes. */
	rekeysMax: 4,
	rekeyPerBytes: 64 * 1024 * 1024,
	keepaliveIntervalMs: 20_000,
	keepalivesMissedMax: 3,
} as const;
