/** An image on a host is a sealed, stopped instance, found by a name that derives from the image's reference. */
import { createHash } from "node:crypto";

export function sealedInstanceName(image: string): string {
	return `img-${createHash("sha256").update(image).digest("hex").slice(0, 12)}`;
}

/**
 * Run as root in the booted instance, right before it is killed: what must differ between its copies goes. The machine id stays
 * as an empty file, since a missing one makes systemd apply the first-boot presets. No clean shutdown follows: it would write a
 * random seed and a journal again.
 */
export const sealScript = `set -eu
rm -f /etc/ssh/ssh_host_* /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
rm -rf /var/log/journal/* /run/log/journal/* /var/lib/dhcp/* /var/lib/NetworkManager/* /var/lib/systemd/network/*
rm -f /root/.bash_history /home/*/.bash_history
find /var/log -type f -exec truncate -s 0 {} +
if [ -e /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
	ln -sf /etc/machine-id /var/lib/dbus/machine-id
fi
: > /etc/hostname
: > /etc/machine-id
test -f /etc/machine-id && test ! -s /etc/machine-id
sync -f /etc/machine-id
`;
