/**
 * What an isolation audit listens on inside the filter, in a namespace of its own behind the interface `audit`: documentation addresses
 * and a zone that nobody owns. Nothing to them leaves by eth0, whether that interface is there or not.
 */
export const auditNetwork = {
	link: "audit",
	zone: "isolation-audit.example",
	range: "198.51.100.240/28",
	gateway: "198.51.100.241",
	listed: "198.51.100.242",
	other: "198.51.100.243",
	names: "198.51.100.244",
} as const;
