/**
 * What the engine is asked to run in the box for a link: one `sshd -i` over its exec stream. It needs nothing in the box but the
 * package openssh-server: no configuration, no keys, no account settings, no running service.
 *
 * The host key is made on first use in /run and never checked: whoever is root in the box could give any key, and the stream's
 * other end is vouched for by the engine. What SSH adds is multiplexing, not trust.
 */
import type { BoxUser } from "../domain/box-link.ts";

/** Where the box finds us. /run/devbox is root:devbox with the set-group-id bit, so a socket made there belongs to the group. */
export const controlSocketPath = "/run/devbox/control.sock";

/** Exit status of the command when the box has no sshd. Above what sshd itself uses, below the shell's own 126. */
export const sshdMissingExitCode = 96;
/** Exit status when the host key could not be made, for example because /run is full. */
export const hostKeyFailedExitCode = 97;

const prepare = `
umask 022
# As all of the box (its systemd.conf): when the host runs out of memory, what runs here goes before the host's own processes.
echo 500 >/proc/self/oom_score_adj 2>/dev/null || :
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ -x /usr/sbin/sshd ] && command -v ssh-keygen >/dev/null || exit ${sshdMissingExitCode}
mkdir -p /run/sshd /run/devbox
chgrp devbox /run/devbox 2>/dev/null && chmod 2755 /run/devbox
dir=/run/devbox-link
key=$dir/host_key
[ -s $key ] || {
	mkdir -p -m 0700 $dir && new=$(mktemp -d $dir/new.XXXXXX) &&
	ssh-keygen -q -t ed25519 -N '' -C '' -f $new/key </dev/null >/dev/null && ln $new/key $key 2>/dev/null
	rm -rf "$new"
	[ -s $key ] || exit ${hostKeyFailedExitCode}
}
exec /usr/sbin/sshd "$@"`;

/**
 * The command as an argument vector. `publicKey` is one line in authorized_keys format; it is no secret.
 * Root logs in to provision and carries the control socket; a user's link can neither bind sockets nor be anyone else, but for
 * one that `forwards`: it is one client's own.
 */
export function sshdCommand(o: { user: BoxUser; publicKey: string; forwards: boolean }): string[] {
	if (!/^ssh-ed25519 [A-Za-z0-9+/=]+$/.test(o.publicKey)) throw new TypeError("not an ed25519 public key line");
	const isRoot = o.user === "root";
	const listens = isRoot || o.forwards;
	const options = [
		"HostKey=/run/devbox-link/host_key",
		"PidFile=none",
		"LogLevel=QUIET",
		"UseDNS=no",
		"UsePAM=no",
		"LoginGraceTime=20",
		"AuthenticationMethods=publickey",
		"AuthorizedKeysFile=none",
		`AuthorizedKeysCommand=/usr/bin/echo ${o.publicKey}`,
		"AuthorizedKeysCommandUser=nobody",
		"PasswordAuthentication=no",
		"KbdInteractiveAuthentication=no",
		`PermitRootLogin=${isRoot ? "prohibit-password" : "no"}`,
		`AllowUsers=${o.user}`,
		"KexAlgorithms=curve25519-sha256",
		"HostKeyAlgorithms=ssh-ed25519",
		"PubkeyAcceptedAlgorithms=ssh-ed25519",
		"Ciphers=aes128-gcm@openssh.com",
		"Compression=no",
		"MaxSessions=1000",
		"AcceptEnv=*",
		"PermitUserEnvironment=no",
		"PermitUserRC=no",
		"PrintMotd=no",
		"PrintLastLog=no",
		"X11Forwarding=no",
		`AllowAgentForwarding=${o.forwards ? "yes" : "no"}`,
		"PermitTunnel=no",
		"GatewayPorts=no",
		// sshd asks for both before it lets anything listen, even a unix socket. The client that could ask is ours alone.
		`AllowTcpForwarding=${listens ? "yes" : "local"}`,
		`AllowStreamLocalForwarding=${listens ? "yes" : "local"}`,
		`StreamLocalBindMask=${isRoot ? "0117" : "0177"}`,
		"StreamLocalBindUnlink=yes",
		"Subsystem=sftp internal-sftp",
		// Keep-alives are ours: a box that is being suspended must not see its link die of silence.
		"ClientAliveInterval=0",
		"TCPKeepAlive=no",
	];
	return ["/bin/sh", "-c", prepare, "sshd", "-i", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])];
}
