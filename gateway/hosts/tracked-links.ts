import type { BoxLinks } from "../../lib/domain/box-link.ts";

/** The same links, noting in `used` into which instances they were asked for. */
export function trackLinks(links: BoxLinks, used: Set<string>): BoxLinks {
	return {
		get(o) {
			used.add(o.instance);
			return links.get(o);
		},
		openForwarding(o) {
			used.add(o.instance);
			return links.openForwarding(o);
		},
		holdControl(o) {
			used.add(o.instance);
			return links.holdControl(o);
		},
		drop(instance) {
			used.delete(instance);
			links.drop(instance);
		},
		close: () => links.close(),
	};
}
