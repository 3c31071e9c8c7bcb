import { networkInterfaces } from "node:os";

/** This host's own addresses, loopback aside: a machine with a public address would stay open to its boxes. */
export function hostAddresses(): string[] {
	const addresses = Object.values(networkInterfaces())
		.flatMap((entries) => entries ?? [])
		.filter((entry) => !entry.internal)
		.map((entry) => entry.address.replace(/%.*$/, ""));
	return [...new Set(addresses)].sort();
}
