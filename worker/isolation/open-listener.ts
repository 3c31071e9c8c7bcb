/** What an audit listens on inside the filter: a namespace that lives as long as this process keeps its stream open, 15 minutes at most. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { auditNetwork } from "../../lib/domain/audit-network.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import type { Engine } from "../../lib/engines/engine.ts";

const program = readFileSync(path.join(import.meta.dirname, "in-filter-listener.py"), "utf8").replace(/^#.*\n/gm, "");

const { link, gateway, listed, other, names, zone } = auditNetwork;
/** One of each audit: what an earlier one leaves when it ends late is its own. */
const namespaceOf = (nonce: string) => `${namespaces}-${nonce.slice(0, 8)}`;
const namespaces = "isolation-audit";
/** The link goes with the namespace. */
const script = `
set -e
end() { ip netns del $1 2>/dev/null || true; rm -rf /run/$1; }
for old in $(ip netns list | grep -o "^${namespaces}[-0-9a-f]*"); do ip netns pids $old | xargs -r kill -9; end $old; done
ip link del ${link} 2>/dev/null || true
trap 'end $NAMESPACE' EXIT
ip netns add $NAMESPACE
ip link add ${link} type veth peer name in0 netns $NAMESPACE
ip addr add ${gateway}/28 dev ${link}; ip -6 addr add 2001:db8::241/64 dev ${link} nodad; ip link set ${link} up
inside="ip -n $NAMESPACE"
for a in ${listed} ${other} ${names}; do $inside addr add $a/28 dev in0; done
$inside -6 addr add 2001:db8::243/64 dev in0 nodad
$inside link set in0 up; $inside link set lo up; $inside route add default via ${gateway}
denied=
for a in $DENIED; do
	case " $RESOLVERS " in *" $a "*) continue;; esac
	ip -4 route get $a 2>/dev/null | grep -q via || continue
	ip route add $a/32 dev ${link}; $inside addr add $a/32 dev in0; denied="$denied $a"
done
mkdir -p /run/$NAMESPACE
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${zone} -keyout /run/$NAMESPACE/key.pem -out /run/$NAMESPACE/certificate.pem 2>/dev/null
echo "denied$denied"
set -- $denied
timeout 900 ip netns exec $NAMESPACE python3 -c "$PROGRAM" "$NONCE" ${names} ${listed} ${other} "\${1:-${other}}" /run/$NAMESPACE
`;

export type AuditListener = {
	/** Addresses of the deny set that lead to it. */
	denied: string[];
	/** The command in the filter that runs another one beside the listener. */
	beside(command: string): string;
	close(): Promise<void>;
};

export async function openListener(o: {
	engine: Engine;
	nonce: string;
	/** Of these, what the filter needs itself, or is next to, is left out. */
	denied: readonly string[];
	resolvers: readonly string[];
	signal: AbortSignal;
}): Promise<AuditListener> {
	const env = {
		PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
		NONCE: o.nonce,
		NAMESPACE: namespaceOf(o.nonce),
		DENIED: o.denied.join(" "),
		RESOLVERS: o.resolvers.join(" "),
		PROGRAM: program,
	};
	const stream = await o.engine.exec({ name: filterInstance, command: ["bash", "-c", script], env, signal: o.signal });
	let said = "";
	stream.stderr.on("data", (chunk: Buffer) => {
		said = (said + chunk.toString("utf8")).slice(-500);
	});
	const lines = createInterface({ input: stream.stdio });
	// It passes on an error of the stream, whose end is told by `exit`.
	lines.on("error", () => undefined);
	const denied: string[] = [];
	const up = new Promise<void>((resolve, reject) => {
		lines.on("line", (line) => {
			if (line.startsWith("denied")) denied.push(...line.split(" ").slice(1));
			if (line === "up") resolve();
		});
		const ended = () =>
			reject(
				new AppError({ code: "unavailable", message: `The audit's listener did not come up in the filter: ${said}` }),
			);
		stream.exit.then(ended, ended);
		o.signal.addEventListener("abort", () => reject(o.signal.reason), { once: true });
	});
	try {
		await up;
	} catch (error) {
		stream.kill();
		throw error;
	}
	return {
		denied,
		beside: (command) =>
			`ip netns exec ${namespaceOf(o.nonce)} bash -c ${JSON.stringify(command).replaceAll("$", "\\$")}`,
		async close() {
			stream.stdio.end();
			await stream.exit.catch(() => undefined);
		},
	};
}
