/**
 * A git server inside a box, put there from outside by the engine's own client while the box is being made: a box reaches nothing
 * of this machine, and the tests reach nothing outside of it. It serves `git http-backend` over https on 8443, with a
 * certificate of its own, and over http on the port of the GitHub stand-in. The repository's one dependency comes from an npm
 * registry beside it, on loopback too.
 */
import { execFileSync } from "node:child_process";
import { expect } from "@playwright/test";
import { install, instancesOf } from "./install.ts";

export const boxGit = {
	httpsUrl: "https://localhost:8443",
	/** Trusted by git when GIT_SSL_CAINFO names it. */
	certificate: "/srv/certificate.pem",
	repository: "org/repo",
} as const;

const server = String.raw`
import gzip, http.server, os, ssl, subprocess, sys, threading

class Git(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        env = dict(os.environ, GIT_PROJECT_ROOT="/srv/git", GIT_HTTP_EXPORT_ALL="1", REQUEST_METHOD=self.command,
                   PATH_INFO=path, QUERY_STRING=query, CONTENT_TYPE=self.headers.get("Content-Type") or "",
                   CONTENT_LENGTH=str(len(body)), REMOTE_ADDR="127.0.0.1", GIT_PROTOCOL=self.headers.get("Git-Protocol") or "")
        out = subprocess.run(["git", "http-backend"], env=env, input=body, stdout=subprocess.PIPE).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for name, value in headers if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in headers:
            if name not in ("Status", "Content-Length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)
    do_GET = do_POST = answer

for port, is_tls in ((int(sys.argv[1]), False), (8443, True)):
    listening = http.server.ThreadingHTTPServer(("", port), Git)
    if is_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("/srv/certificate.pem", "/srv/key.pem")
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    threading.Thread(target=listening.serve_forever).start()
`;

const registryPort = "4873";

const setUp = String.raw`
set -e
mkdir -p /srv/git/org
cd /srv
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost -keyout key.pem -out certificate.pem 2>/dev/null
export HOME=/root
git init --quiet --bare -b main git/org/repo
git init --quiet -b main work
cd work
git config user.email test@example.test
git config user.name test
cat >package.json <<'END'
{ "name": "repo", "scripts": { "build": "node build.js" }, "dependencies": { "greeting": "^1.0.0" } }
END
cat >build.js <<'END'
const words = require("greeting") + " in " + process.cwd() + " with NODE_ENV=" + process.env.NODE_ENV;
require("node:fs").writeFileSync("built.txt", words);
console.log(words);
END
echo "registry=http://127.0.0.1:$3/" >.npmrc
git add . && git commit --quiet -m first
git tag v1
git checkout --quiet -b dev
echo dev >branch.txt
git add . && git commit --quiet -m second
git push --quiet ../git/org/repo main dev v1
mkdir -p /srv/registry /srv/greeting
cd /srv/greeting
echo '{ "name": "greeting", "version": "1.0.0" }' >package.json
echo 'module.exports = "hello";' >index.js
npm pack --silent --pack-destination /srv/registry
cat >/srv/registry/greeting <<END
{ "name": "greeting", "dist-tags": { "latest": "1.0.0" }, "versions": { "1.0.0": { "name": "greeting", "version": "1.0.0",
	"dist": { "tarball": "http://127.0.0.1:$3/greeting-1.0.0.tgz" } } } }
END
setsid python3 -m http.server --bind 127.0.0.1 --directory /srv/registry "$3" >/srv/registry.log 2>&1 </dev/null &
printf %s "$1" >/srv/server.py
setsid python3 /srv/server.py "$2" >/srv/server.log 2>&1 </dev/null &
`;

/** Runs a program as root in the box, past the product. */
export function inBox(devboxId: string, ...command: string[]): string {
	const client = process.env.DEVBOX_E2E_ENGINE_CLIENT ?? "lxc";
	const name = instancesOf(devboxId)[0]?.name ?? "none";
	return execFileSync(client, ["exec", name, "--project", install.project, "--", ...command], {
		encoding: "utf8",
		timeout: 30_000,
	});
}

/** Comes in time for a box whose clone has begun: a network that is not there is tried again for half a minute. */
export async function serveGitInBox(devboxId: string): Promise<void> {
	await expect.poll(() => isSettled(devboxId), { timeout: 60_000, intervals: [100] }).toBe(true);
	inBox(devboxId, "sh", "-c", setUp, "sh", server, String(install.githubPort ?? 8080), registryPort);
}

/** Its systemd has laid out the file system. */
function isSettled(devboxId: string): boolean {
	if (instancesOf(devboxId)[0]?.status !== "Running") return false;
	return /running|degraded|starting/.test(inBox(devboxId, "sh", "-c", "systemctl is-system-running 2>/dev/null || :"));
}

/** A variable as every program of the box's user gets it. */
export function variableInBox(devboxId: string, name: string): string {
	const command = `/usr/lib/devbox/env-exec sh -c 'printf %s "$${name}"'`;
	return inBox(devboxId, "su", "devbox", "-s", "/bin/sh", "-c", command);
}
