#!/bin/sh
# Runs as root in the new root file system, after the packages and files/ are in place.
# MASKED, DISABLED and ENABLED hold unit names, MASKED_GENERATORS those of generators, from definition.ts.
set -eu

useradd --create-home --uid 1000 --user-group --shell /bin/bash --groups docker devbox
# No password, yet not locked: a locked account is refused every SSH key.
usermod -p '*' devbox
usermod -p '*' root
chmod 0440 /etc/sudoers.d/devbox

install -d -o devbox -g devbox -m 0755 /workspaces
ln -s workspaces /workspace

sed -i 's/^# *en_US.UTF-8 UTF-8/en_US.UTF-8 UTF-8/' /etc/locale.gen
locale-gen >/dev/null
echo 'LANG=C.UTF-8' >/etc/default/locale
update-alternatives --install /usr/bin/vim vim /usr/bin/vim.tiny 10 >/dev/null

systemctl mask $MASKED 2>/dev/null
mkdir -p /etc/systemd/system-generators
for generator in $MASKED_GENERATORS; do ln -s /dev/null "/etc/systemd/system-generators/$generator"; done
systemctl disable $DISABLED 2>/dev/null
systemctl enable $ENABLED 2>/dev/null
systemctl set-default multi-user.target 2>/dev/null

# Written at boot by devbox-resolv.service.
ln -sf ../run/resolv.conf /etc/resolv.conf
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >/etc/hosts
rm -f /etc/hostname

# What every box must have of its own. The machine id is empty, not missing: a missing one makes systemd apply its presets,
# which would switch ssh and docker on again.
rm -f /etc/ssh/ssh_host_* /var/lib/systemd/random-seed /var/lib/dbus/machine-id
: >/etc/machine-id
rm -rf /var/log/journal /var/cache/apt/*.bin /var/lib/apt/lists/*
find /var/log -type f -delete
