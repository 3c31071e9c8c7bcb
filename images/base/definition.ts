/**
 * What `builtin:base` is made of: packages, services to switch off or on, and beside this file `files/` (laid over the root file
 * system as they are), `finish.sh` (run in it at the end) and `runtime/` (becomes /usr/lib/devbox).
 */
export type ImageDefinition = {
	name: string;
	packages: readonly string[];
	/** Taken where the archive has them: Debian 13 splits `docker` from `docker.io`. */
	optionalPackages: readonly string[];
	/** Units that shall never start in a box. */
	maskedUnits: readonly string[];
	/** Units that do not start at boot, but may be started. */
	disabledUnits: readonly string[];
	enabledUnits: readonly string[];
};

export const baseImage = {
	name: "base",
	packages: [
		"systemd",
		"systemd-sysv",
		"udev",
		"dbus",
		"openssh-server",
		"sudo",
		"git",
		"curl",
		"ca-certificates",
		"build-essential",
		"python3",
		"docker.io",
		"tmux",
		"ripgrep",
		"jq",
		"rsync",
		"unzip",
		"xz-utils",
		"less",
		"vim-tiny",
		"locales",
		"procps",
		"iproute2",
		"iputils-ping",
		"netbase",
		"tzdata",
		// Resolves the box's own name, without which sudo waits for DNS.
		"libnss-myhostname",
	],
	optionalPackages: ["docker-cli"],
	maskedUnits: [
		// Only the link runs sshd, and it brings its own configuration.
		"ssh.service",
		"ssh.socket",
		// Fails harmlessly in an unprivileged container.
		"systemd-binfmt.service",
		"proc-sys-fs-binfmt_misc.automount",
		// No console user: the terminal comes over the link.
		"console-getty.service",
		"container-getty@.service",
		"getty@.service",
		"getty.target",
		"systemd-logind.service",
		// Work of the host, or work that wakes an idle box for nothing.
		"systemd-timesyncd.service",
		"apt-daily.timer",
		"apt-daily-upgrade.timer",
		"dpkg-db-backup.timer",
		"e2scrub_all.timer",
		"e2scrub_reap.service",
		"fstrim.timer",
		"systemd-pstore.service",
		"systemd-udev-settle.service",
		"systemd-hwdb-update.service",
		"dev-hugepages.mount",
		"sys-kernel-debug.mount",
		"sys-kernel-tracing.mount",
		// Nothing for them to do in a container, and they stood in the way of basic.target (first boot of a box: 416 ms with them, 312 ms without).
		"modprobe@.service",
		"systemd-modules-load.service",
		"sys-kernel-config.mount",
		"sys-fs-fuse-connections.mount",
		"systemd-network-generator.service",
		"systemd-remount-fs.service",
		"systemd-sysusers.service",
		"systemd-journal-flush.service",
		"systemd-update-utmp.service",
		"systemd-update-utmp-runlevel.service",
	],
	// Both come with the first use of Docker: containerd alone holds 38 MiB.
	disabledUnits: ["docker.service", "containerd.service"],
	enabledUnits: ["docker.socket", "systemd-networkd.service", "devbox-hostkey.service", "devbox-resolv.path"],
} as const satisfies ImageDefinition;
