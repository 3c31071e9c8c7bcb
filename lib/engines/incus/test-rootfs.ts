/** The root file system that engine tests boot: the one given in DEVBOX_TEST_ROOTFS, else a small one, built once per machine. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";

const cacheDirectory = "/tmp/devbox-test-rootfs";
const buildTimeoutMs = 10 * 60_000;

/** What the link needs of an image (systemd, sshd, the user `devbox`), and nothing more. */
const recipe = [
	"--variant=minbase",
	"--include=systemd,systemd-sysv,udev,openssh-server,dbus,iproute2,procps,ca-certificates,rsync",
	'--customize-hook=chroot "$1" useradd -m -u 1000 -s /bin/bash devbox',
	// Without a password field an sshd without PAM takes the user for locked.
	'--customize-hook=chroot "$1" usermod -p "*" devbox',
	'--customize-hook=chroot "$1" systemctl mask ssh.service ssh.socket systemd-binfmt.service',
	'--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*',
	'--customize-hook=printf "d /run/sshd 0755 root root\\n" > "$1"/usr/lib/tmpfiles.d/devbox-sshd.conf',
	'--customize-hook=printf "[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\n" > "$1"/etc/systemd/network/10-eth0.network',
	'--customize-hook=chroot "$1" systemctl enable systemd-networkd.service',
	'--customize-hook=mkdir -p "$1"/workspaces && chown 1000:1000 "$1"/workspaces && ln -s workspaces "$1"/workspace',
];

/** Path and image reference of the rootfs; the reference carries the content's hash. Call it under the machine's lock. */
export async function testRootfs(): Promise<{ rootfsPath: string; image: string }> {
	const given = process.env.DEVBOX_TEST_ROOTFS;
	const rootfsPath = given ?? (await build());
	return { rootfsPath, image: `test:base@${await contentHash(rootfsPath)}` };
}

async function build(): Promise<string> {
	const key = createHash("sha256").update(recipe.join("\n")).digest("hex").slice(0, 12);
	const target = path.join(cacheDirectory, `${key}.tar`);
	if (await isFile(target)) return target;
	await mkdir(cacheDirectory, { recursive: true });
	const draft = `${target}.${process.pid}.draft`;
	try {
		const args = [...recipe, "--format=tar", "bookworm", draft];
		await promisify(execFile)("mmdebstrap", args, { timeout: buildTimeoutMs, maxBuffer: 64 * 1024 * 1024 });
		await rename(draft, target);
	} catch (cause) {
		await rm(draft, { force: true });
		throw new Error("Could not build the tests' rootfs: give one in DEVBOX_TEST_ROOTFS, or install mmdebstrap", {
			cause,
		});
	}
	return target;
}

async function isFile(file: string): Promise<boolean> {
	return stat(file).then(
		(entry) => entry.isFile(),
		() => false,
	);
}

async function contentHash(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return hash.digest("hex").slice(0, 16);
}
