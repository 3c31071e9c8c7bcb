/** Which addresses of the deny set an audit tries: the metadata address and one of each private range. */
const wanted = ["169.254.169.254", "10.254.254.254", "172.31.254.254", "192.168.254.254", "100.127.254.254"];

/**
 * An address that an internal service has is let in by an admin's rule, and traffic to it is not the audit's to take: its neighbour below
 * is tried instead, which no rule lets in.
 */
export function deniedTargets(serviceAddresses: readonly string[]): string[] {
	const taken = new Set(serviceAddresses);
	return wanted.map((address) => {
		const prefix = address.slice(0, address.lastIndexOf(".") + 1);
		let last = Number(address.slice(prefix.length));
		while (taken.has(`${prefix}${last}`)) last -= 1;
		return `${prefix}${last}`;
	});
}
