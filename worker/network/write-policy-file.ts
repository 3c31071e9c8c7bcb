/** Tells a box its own network policy: /run/devbox/network-policy.json, for whoever works in it. It enforces nothing. */
import { networkModeLabels, type PolicyInForce } from "../../lib/domain/egress-policy.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { HostAccess } from "../hosts.ts";

const timeoutMs = 15_000;
const command = `
set -e
mkdir -p -m 0755 /run/devbox
cat > /run/devbox/.network.new
chmod 0644 /run/devbox/.network.new
mv -f /run/devbox/.network.new /run/devbox/network-policy.json`;

export async function writePolicyFile(o: {
	host: HostAccess;
	devboxId: string;
	policy: PolicyInForce;
	signal: AbortSignal;
}): Promise<void> {
	const { mode, domains, services } = o.policy;
	const content = {
		mode,
		meaning: networkModeLabels[mode],
		egress_domains: mode === "enforce" || mode === "observe" ? domains : [],
		internal_services: services,
	};
	const link = await o.host.links.get({ instance: instanceName(o.devboxId), user: "root", signal: o.signal });
	const stdin = Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
	const result = await link.run({ command, stdin, timeoutMs, signal: o.signal });
	if (result.code === 0) return;
	throw new AppError({
		code: "conflict",
		message: `The network policy could not be written: ${result.stderr.slice(-500)}`,
	});
}
