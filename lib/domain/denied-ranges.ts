/**
 * What a box must not reach: private, carrier, loopback, link-local (cloud metadata lives there), benchmark, multicast and reserved
 * ranges of IANA's special-purpose registries. It stands above every network policy.
 */
export const deniedRanges4 = [
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10",
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"224.0.0.0/4",
	"240.0.0.0/4",
] as const;

/** The same for IPv6. A box has no IPv6 route at all; this holds where someone gives it one. */
export const deniedRanges6 = ["::/127", "64:ff9b::/96", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "ff00::/8"] as const;
