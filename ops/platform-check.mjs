// Whether this machine can run the product: looks, and changes nothing. Answers in well under 2 s.
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";

const supported = { debian: ["12", "13"], ubuntu: ["24.04"] };
const sockets = [
	"/var/lib/incus/unix.socket",
	"/run/incus/unix.socket",
	"/var/lib/lxd/unix.socket",
	"/var/snap/lxd/common/lxd/unix.socket",
];
const socketTimeoutMs = 1000;

/** Null when all is well; otherwise the text that says what is missing and the commands that mend it. */
export async function checkPlatform() {
	if (process.platform !== "linux")
		return refuse(`Devbox runs on Linux; this is ${process.platform}.`, machineAdvice());
	if (process.arch !== "x64" && process.arch !== "arm64") {
		return refuse(`Devbox runs on x64 and arm64; this machine is ${process.arch}.`, machineAdvice());
	}
	if (Number(process.versions.node.split(".")[0]) < 18) {
		return refuse(`Node 18 or later is needed to begin; this is ${process.versions.node}.`, [
			"apt-get install -y nodejs npm",
		]);
	}
	const release = readRelease();
	const isSupported = supported[release.id]?.includes(release.version) ?? false;
	const command = npmCommand();
	if (process.getuid() !== 0) {
		const why =
			"Setting up the engine, its network, the firewall around boxes and the kernel limits needs root. Nothing was changed.";
		return refuse(why, isSupported ? [`sudo ${command}`] : machineAdvice());
	}
	if (isSupported || (await engineAnswers())) return null;
	return refuse(`${release.name} is not supported, and no Incus or LXD answers here. Nothing was changed.`, [
		"# install Incus by https://linuxcontainers.org/incus/docs/main/installing/, then",
		command,
		"# or use Debian 12, Debian 13 or Ubuntu 24.04",
	]);
}

/** As the user typed it. */
function npmCommand() {
	const script = process.env.npm_lifecycle_event ?? "start";
	return script === "start" || script === "test" ? `npm ${script}` : `npm run ${script}`;
}

function machineAdvice() {
	return [
		"# on a machine with Debian 12, Debian 13 or Ubuntu 24.04:",
		"sudo apt-get install -y git nodejs npm",
		"sudo npm start",
	];
}

function refuse(why, commands) {
	return `${why}\n\nRun:\n${commands.map((line) => (line ? `  ${line}` : "")).join("\n")}\n`;
}

function readRelease() {
	const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
	const value = (key) => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
	return { id: value("ID"), version: value("VERSION_ID"), name: value("PRETTY_NAME") || "This system" };
}

async function engineAnswers() {
	const answers = await Promise.all(sockets.filter(existsSync).map(socketTrustsUs));
	return answers.includes(true);
}

function socketTrustsUs(socketPath) {
	return new Promise((resolve) => {
		const asked = request({ socketPath, path: "/1.0", timeout: socketTimeoutMs }, (response) => {
			let body = "";
			response.setEncoding("utf8");
			response.on("data", (chunk) => {
				body += chunk;
			});
			response.on("end", () => resolve(/"auth":\s*"trusted"/.test(body)));
			response.on("error", () => resolve(false));
		});
		asked.on("timeout", () => asked.destroy(new Error("no answer")));
		// A socket that is closed to us, or that nobody listens on, is no engine for us.
		asked.on("error", () => resolve(false));
		asked.end();
	});
}
