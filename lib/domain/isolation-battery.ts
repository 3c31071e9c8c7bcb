/**
 * What a canary box tries. An attempt that must be blocked has a control: the same command reaches the same listener from a place where
 * nothing is in its way. Where the control does not reach either, the attempt proves nothing, and that counts as a failure.
 *
 * All addresses are our own: listeners in a namespace inside the filter (documentation addresses, and private ones that are routed
 * there), this worker on the host's own addresses, and a second box.
 */
import { auditNetwork } from "./audit-network.ts";
import type { IsolationPromise } from "./isolation.ts";

export type Mode = "open" | "enforce" | "observe" | "none";
export type Attempt = {
	id: string;
	promise: IsolationPromise;
	modes: readonly Mode[];
	users: readonly ("root" | "devbox")[];
	/** Prints the nonce, or `REACHED`, when it gets where it must not. */
	command: string;
	expected: "blocked" | "reached";
	/**
	 * `observe`: the canary itself, as the same user, while everything is let through. `listener`: beside the listener. `peer`: in the other
	 * box. `worker`: this process, which did it already. Else another command in the canary that must reach.
	 */
	control: "observe" | "listener" | "peer" | "worker" | { command: string } | { beside: string } | null;
};

/** Where the host answers this worker. `device`: of the host, where the address is of its link alone. */
export type HostPlace = { address: string; device: string | null; port: number };

export type Targets = {
	/** Private and metadata addresses that are routed to the listener. */
	denied: readonly string[];
	host: readonly HostPlace[];
	/** The other box, as far as it has such an address. */
	peer: { fenced: string | null; open: string | null };
};

const { zone, listed, other, names } = auditNetwork;
const both = ["devbox", "root"] as const;
const root = ["root"] as const;
const page = (url: string, flags = "") => `curl -sk -m4 ${flags}${flags && " "}${url}`;
const python = (lines: string[]) => `python3 -c '${lines.join("\n")}'`;

const datagram = (address: string, port: number) =>
	python([
		"import socket",
		"s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.settimeout(2)",
		`s.sendto(b"hello",("${address}",${port})); print(s.recv(200).decode())`,
	]);

/** Asks for a record at a server, or at the box's own; prints REACHED when there is an answer. */
const question = (o: { type: number; name: string; server: string | null; tcp?: boolean }) =>
	python([
		"import re,socket,struct",
		`server="${o.server ?? ""}" or re.search(r"nameserver ([0-9.]+)",open("/etc/resolv.conf").read()).group(1)`,
		`q=struct.pack(">HHHHHH",7,256,1,0,0,0)+b"".join(bytes([len(l)])+l.encode() for l in "${o.name}".split("."))+b"\\0"+struct.pack(">HH",${o.type},1)`,
		...(o.tcp
			? [
					's=socket.create_connection((server,53),3); s.sendall(struct.pack(">H",len(q))+q); s.settimeout(3); a=s.recv(4096)[2:]',
				]
			: [
					"s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.settimeout(3); s.sendto(q,(server,53)); a=s.recv(4096)",
				]),
		'print("REACHED" if struct.unpack(">H",a[6:8])[0] else "no answer, code %d" % (a[3]&15))',
	]);

/** IPv6 with an address and a route that root makes up: whoever carries its IPv4 gets the packet, whether it speaks IPv6 there or not. */
const viaGateway = (command: string) =>
	`g=$(ip -4 route show default | sed -n 's/.*via \\([0-9.]*\\).*/\\1/p' | head -1); ping -c1 -W1 $g >/dev/null; m=$(ip neigh show $g | sed -n 's/.*lladdr \\([0-9a-f:]*\\).*/\\1/p'); echo "by way of $m"; ip -6 addr add 2001:db8::c/64 dev eth0 nodad; ip -6 neigh replace fe80::1 lladdr $m dev eth0; ip -6 route replace 2001:db8::243/128 via fe80::1 dev eth0; ${command}; ip -6 route del 2001:db8::243/128; ip -6 addr del 2001:db8::c/64 dev eth0`;

/** A namespace with its own way through the box, as a container has. */
const nested = (command: string) =>
	`ip netns add audit; ip link add aud0 type veth peer name aud1 netns audit; ip addr add 10.9.9.1/24 dev aud0; ip link set aud0 up; ip -n audit addr add 10.9.9.2/24 dev aud1; ip -n audit link set aud1 up; ip -n audit route add default via 10.9.9.1; sysctl -qw net.ipv4.ip_forward=1; nft add table ip aud; nft add chain ip aud post '{ type nat hook postrouting priority 100; }'; nft add rule ip aud post ip saddr 10.9.9.0/24 masquerade; ip netns exec audit ${command}; ip netns del audit; nft delete table ip aud; ip link del aud0 2>/dev/null`;

/** Its rules went with all others: a container without them reaches nothing, whatever the policy. */
const restartDocker = "systemctl try-restart docker";

/** Made of the box's own curl, so that no image is fetched. */
const inDocker = (command: string) =>
	`{ docker image inspect audit || { tar -chf /tmp/audit.tar $(ldd /usr/bin/curl | grep -o '/[^ ]*') /usr/bin/curl; docker import /tmp/audit.tar audit; }; } >/dev/null 2>&1; docker run --rm audit /usr/bin/${command}`;

/** Takes away what an audit that broke off left in the canary. */
export const tidyCanary = `exec 2>/dev/null; ip netns del audit; ip link del aud0; nft delete table ip aud; sed -i /other.${zone}/d /etc/hosts; ${restartDocker}; true`;

export function isolationBattery(t: Targets): Attempt[] {
	const blocked = { expected: "blocked", users: both, modes: ["enforce", "none"], control: "observe" } as const;
	const unlisted = { ...blocked, promise: "unlisted" } as const;
	const sites = { listed: `listed.${zone}`, other: `other.${zone}` };
	return [
		...["http", "https"].map(
			(scheme): Attempt => ({
				...{ id: `listed-${scheme}`, promise: "listed", modes: ["enforce", "observe"], users: both },
				...{ command: page(`${scheme}://${sites.listed}/`), expected: "reached", control: null },
			}),
		),
		{
			...{ id: "listed-port", promise: "listed", modes: ["enforce"], users: both },
			...{ command: page(`http://${sites.listed}:2222/`), expected: "reached", control: null },
		},
		{
			...{
				id: "docker-listed",
				promise: "listed",
				modes: ["enforce"],
				users: both,
				expected: "reached",
				control: null,
			},
			command: inDocker(page(`http://${sites.listed}/`, `--resolve ${sites.listed}:80:${listed}`)),
		},
		{ ...unlisted, id: "name-http", command: page(`http://${sites.other}/`) },
		{ ...unlisted, id: "name-https", command: page(`https://${sites.other}/`) },
		{ ...unlisted, id: "address-http", command: page(`http://${other}/`) },
		{ ...unlisted, id: "address-https", command: page(`https://${other}/`) },
		{ ...unlisted, id: "address-port", command: page(`http://${other}:2222/`) },
		{ ...unlisted, id: "quic", command: datagram(other, 443) },
		{ ...unlisted, id: "udp", command: datagram(other, 7777) },
		{ ...unlisted, id: "icmp", command: `ping -c1 -W2 ${other} && echo REACHED` },
		{
			...unlisted,
			id: "ipv6",
			users: root,
			control: { beside: page("http://[2001:db8::243]/", "-g") },
			command: viaGateway(page("http://[2001:db8::243]/", "-g")),
		},
		{
			...unlisted,
			id: "no-sni",
			command: python([
				"import socket,ssl",
				"c=ssl.create_default_context(); c.check_hostname=False; c.verify_mode=ssl.CERT_NONE",
				`s=c.wrap_socket(socket.create_connection(("${sites.listed}",443),4)); s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"); print(b"".join(iter(lambda: s.recv(4000), b"")).decode())`,
			]),
		},
		{ ...unlisted, id: "host-header", command: page(`http://${sites.listed}/`, `-H "Host: ${sites.other}"`) },
		{
			...unlisted,
			id: "connect",
			control: "listener",
			command: page(`http://${sites.other}/`, `-p -x http://${listed}:80`),
		},
		{ ...unlisted, id: "nested-namespace", users: root, command: nested(page(`http://${other}/`)) },
		{
			...unlisted,
			id: "flushed-rules",
			users: root,
			command: `nft flush ruleset; ${page(`http://${other}/`)}; ${restartDocker}`,
		},
		{
			...unlisted,
			id: "own-hosts-file",
			users: root,
			command: `echo "${other} ${sites.other}" >> /etc/hosts; ${page(`http://${sites.other}/`)}; sed -i /${sites.other}/d /etc/hosts`,
		},
		{ ...unlisted, id: "docker", modes: ["enforce"], command: inDocker(page(`http://${other}/`)) },
		{
			...unlisted,
			id: "docker-host-network",
			users: root,
			modes: ["enforce"],
			command: inDocker(page(`http://${other}/`)).replace("--rm", "--rm --privileged --network host"),
		},
		{
			...blocked,
			promise: "dns",
			id: "other-resolver",
			command: question({ type: 1, name: `a.${zone}`, server: names }),
		},
		{
			...blocked,
			promise: "dns",
			id: "other-resolver-tcp",
			command: question({ type: 1, name: `a.${zone}`, server: names, tcp: true }),
		},
		{
			...blocked,
			promise: "dns",
			id: "tunnel",
			command: question({ type: 1, name: `c2VjcmV0.tunnel.${zone}`, server: null }),
		},
		{ ...blocked, promise: "dns", id: "svcb", command: question({ type: 65, name: sites.listed, server: null }) },
		...t.denied.map(
			(address): Attempt => ({
				...{ id: `denied-${address}`, promise: "denied", modes: ["observe", "enforce", "none"], users: both },
				...{ command: page(`http://${address}/`), expected: "blocked", control: "listener" },
			}),
		),
		...(t.denied.length > 0
			? [
					{
						...({ id: "name-of-denied", promise: "denied", modes: ["observe", "enforce"], users: both } as const),
						...({
							command: page(`http://private.${zone}/`),
							expected: "blocked",
							control: { beside: page(`http://${t.denied[0]}/`) },
						} as const),
					},
				]
			: []),
		...t.host.map(
			({ address, device, port }): Attempt => ({
				...{
					id: `host-${device ? `${address}-of-${device}` : address}`,
					promise: "host",
					modes: ["open", "observe", "enforce", "none"],
					users: both,
				},
				...{
					// An address of a link is asked for over the box's own.
					command: `timeout 3 bash -c 'exec 3<>/dev/tcp/${device ? `${address}%eth0` : address}/${port} && cat <&3'`,
					expected: "blocked",
					control: "worker",
				},
			}),
		),
		...peerAttempts(t),
		...boxAttempts(),
	];
}

function peerAttempts({ peer }: Targets): Attempt[] {
	const attempt = (id: string, address: string, modes: readonly Mode[]): Attempt => ({
		...{ id, promise: "boxes", modes, users: both, command: page(`http://${address}:8099/nonce`) },
		...{ expected: "blocked", control: "peer" },
	});
	return [
		...(peer.fenced ? [attempt("other-box-fenced", peer.fenced, ["observe", "enforce", "none", "open"])] : []),
		...(peer.open ? [attempt("other-box-open", peer.open, ["open"])] : []),
	];
}

/** What no network is needed for. */
function boxAttempts(): Attempt[] {
	const kernel = { promise: "kernel", modes: ["open"], expected: "blocked" } as const;
	const opened = (file: string) =>
		`if [ -e ${file} ] && (: >> ${file}) 2>/dev/null; then echo REACHED; else echo refused; fi`;
	const writable = [
		"/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/modprobe",
		"/proc/sys/vm/overcommit_memory",
		"/proc/sysrq-trigger",
		"/sys/kernel/mm/transparent_hugepage/enabled",
		"/dev/kmsg",
		"/dev/mem",
	];
	/** Whatever block devices the kernel tells of; only one that can be read counts. */
	const blockDevices =
		"for d in $(cat /sys/class/block/*/dev 2>/dev/null | head -40) 8:0 253:0 259:0; do rm -f /tmp/disk; mknod /tmp/disk b $(echo $d | tr : ' ') 2>&1 && head -c1 /tmp/disk >/dev/null && echo REACHED $d; done 2>&1; rm -f /tmp/disk";
	const socket = (paths: string) =>
		`for s in ${paths}; do [ -S $s ] && curl -s -m3 --unix-socket $s http://engine/1.0 >/dev/null 2>&1; [ $? = 0 ] && [ -S $s ] && echo REACHED $s; done; true`;
	/** Of every process that can be read; names alone, since what is printed stands in the report. */
	const secretNames = `bash -c '{ env; cat /proc/[0-9]*/environ | tr "\\\\0" "\\\\n"; } 2>/dev/null | grep -aoE "^(DATABASE_URL|AUTH_[A-Z_]+|DEVBOX_(KEY|DATABASE|TOKEN)[A-Z_]*|[A-Z_]*(SECRET|PASSWORD|TOKEN)[A-Z_]*)=" | sort -u | tr -d = | grep . && echo REACHED'`;
	return [
		...writable.map(
			(file): Attempt => ({
				...{ ...kernel, id: `write-${file}`, users: both, command: opened(file) },
				control: { command: `touch /tmp/audit-$(id -u); ${opened("/tmp/audit-$(id -u)")}` },
			}),
		),
		{
			...kernel,
			id: "block-device",
			users: root,
			command: blockDevices,
			// The same, of a file.
			control: { command: "rm -f /tmp/disk; echo x > /tmp/disk && head -c1 /tmp/disk >/dev/null && echo REACHED" },
		},
		{
			...{
				...kernel,
				id: "root-is-mapped",
				users: root,
				command: `grep -qE "^ +0 +0 " /proc/self/uid_map && echo REACHED; cat /proc/self/uid_map`,
			},
			control: { command: `echo "         0          0 4294967295" | grep -qE "^ +0 +0 " && echo REACHED` },
		},
		{
			...{ ...kernel, id: "engine-socket", users: both },
			command: socket(
				"/dev/lxd/sock /dev/incus/sock /var/lib/lxd/unix.socket /var/lib/incus/unix.socket /var/snap/lxd/common/lxd/unix.socket /run/incus/unix.socket /run/docker-host.sock",
			),
			control: {
				command: `rm -f /tmp/audit-$(id -u).sock; python3 -c 'import os,socket\ns=socket.socket(socket.AF_UNIX); s.bind("/tmp/audit-%d.sock" % os.getuid()); s.listen(); s.settimeout(5)\nc,_=s.accept(); c.recv(999); c.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n"); c.close()' & for i in 1 2 3 4 5 6 7 8 9 10; do [ -S /tmp/audit-$(id -u).sock ] && break; sleep 0.2; done; ${socket("/tmp/audit-$(id -u).sock")}`,
			},
		},
		{
			...{ ...kernel, promise: "storage", id: "other-files", users: root, control: "peer" },
			command: `mkdir -p /mnt/audit; mount -o subvolid=5 "$(findmnt -no SOURCE / | sed 's/\\[.*//')" /mnt/audit 2>&1; find / -xdev -name audit-marker-$NONCE 2>/dev/null | grep -q . && echo REACHED; find /mnt/audit -maxdepth 8 -name audit-marker-$NONCE 2>/dev/null | grep -q . && echo REACHED; true`,
		},
		{
			...{ ...kernel, promise: "storage", id: "other-processes", users: both, control: "peer" },
			command: `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q "sleep 86[4]00$NONCE_DIGITS" && echo REACHED; true`,
		},
		{
			...{ ...kernel, promise: "secrets", id: "environment", users: both },
			command: secretNames,
			control: { command: `DATABASE_URL=x ${secretNames}` },
		},
	];
}
