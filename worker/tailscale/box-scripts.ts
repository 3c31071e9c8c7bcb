/**
 * What root runs in a box to join a tailnet and to leave it. The node's state lies in memory (/run) under the box's own id, so that no
 * copy of a box has it and a restart begins anew; the token lies in a file of root's there, until `tailscale up` has read it.
 */

/** Exit codes of `joinScript` that are not Tailscale's word. */
export const joinExits = { noTailscale: 96, noDaemon: 97 } as const;

/** Seconds. The whole script stays below the time that its caller gives it; a box that reboots by itself says goodbye as well. */
const upSeconds = 45;
const logoutSeconds = 8;

/** $1 box, $2 client id, $3 tags, $4 host name, $5 login server or nothing; the token on stdin. Prints the node as JSON. */
export const joinScript = `
set -u
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
command -v tailscale >/dev/null && command -v tailscaled >/dev/null || exit ${joinExits.noTailscale}
base=/run/devbox-tailscale
dir=$base/$1
mkdir -p "$dir" && chmod 0700 "$base" "$dir" || exit ${joinExits.noDaemon}
token=$dir/id-token
trap 'rm -f "$token"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$token"
if [ -S /run/tailscale/tailscaled.sock ]; then
	timeout ${logoutSeconds} tailscale logout >/dev/null 2>&1
	systemctl stop devbox-tailscaled.service 2>/dev/null
fi
for other in "$base"/*; do [ "$other" = "$dir" ] || rm -rf "$other"; done
rm -rf "$dir"/tailscaled* "$dir"/files
mkdir -p -m 0755 /run/tailscale
tun=userspace-networking
if [ -c /dev/net/tun ] && ip tuntap add dev devbox-try mode tun 2>/dev/null; then
	ip tuntap del dev devbox-try mode tun
	tun=tailscale0
fi
proxies=
[ $tun = tailscale0 ] || proxies='--socks5-server=127.0.0.1:1055 --outbound-http-proxy-listen=127.0.0.1:1055'
systemd-run --quiet --collect --unit=devbox-tailscaled --property=Restart=on-failure \\
	--property="ExecStop=-timeout ${logoutSeconds} $(command -v tailscale) logout" --property=After=network.target \\
	tailscaled --state="$dir/tailscaled.state" --statedir="$dir" --socket=/run/tailscale/tailscaled.sock --tun=$tun $proxies >&2 || exit ${joinExits.noDaemon}
n=0
until [ -S /run/tailscale/tailscaled.sock ]; do
	n=$((n + 1))
	[ $n -le 100 ] || { echo "tailscaled did not come up: $(journalctl -u devbox-tailscaled -n 5 -o cat 2>/dev/null)" >&2; exit ${joinExits.noDaemon}; }
	sleep 0.1
done
timeout -k 5 ${upSeconds + 10} tailscale up --client-id="$2?ephemeral=true&preauthorized=true" --id-token="file:$token" \\
	--advertise-tags="$3" --hostname="$4" \${5:+--login-server="$5"} --timeout=${upSeconds}s >&2
code=$?
if [ $code -ne 0 ]; then
	systemctl stop devbox-tailscaled.service 2>/dev/null
	rm -rf "$dir"/tailscaled* "$dir"/files
	exit 1
fi
rm -f "$token"
tailscale status --json --peers=false`;

/** Says goodbye where the box has joined, and takes every trace away. Never fails. */
export const leaveScript = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ -S /run/tailscale/tailscaled.sock ]; then timeout ${logoutSeconds} tailscale logout; fi
systemctl stop devbox-tailscaled.service 2>/dev/null
rm -rf /run/devbox-tailscale
:`;
