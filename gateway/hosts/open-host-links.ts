import type { BoxLinks } from "../../lib/domain/box-link.ts";
import { engineDrivers, type HostConnection, openEngine } from "../../lib/engines/registry.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { type BoxControl, type ControlHandler, controlHandler } from "../../lib/link/control-socket.ts";
import type { Log } from "../../lib/log/log.ts";

/** Links into the boxes of a host, with the box's control socket: the gateway is the one process that answers it. */
export function openHostLinks(
	host: HostConnection,
	o: { controlOf: (instance: string) => BoxControl; log: Log },
): BoxLinks {
	if (!(host.engine in engineDrivers)) throw new Error(`unknown engine ${host.engine}`);
	const handlers = new Map<string, ControlHandler>();
	const links = createBoxLinks({
		engine: openEngine(host),
		control(instance) {
			const known = handlers.get(instance) ?? controlHandler(o.controlOf(instance));
			handlers.set(instance, known);
			return known;
		},
		onControlError: ({ instance, error }) => o.log.warn({ err: error, instance }, "a box has no control socket"),
	});
	return {
		get: (asked) => links.get(asked),
		openForwarding: (asked) => links.openForwarding(asked),
		holdControl: (asked) => links.holdControl(asked),
		drop(instance) {
			handlers.delete(instance);
			links.drop(instance);
		},
		close: () => links.close(),
	};
}
