import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { bootScript, parseBootReport } from "./boot-script.ts";

describe("a boot report", () => {
	it("is read from what the script prints", () => {
		expect(parseBootReport("degraded\nfailed=foo.service\naddress=10.2.0.7\naddress=172.17.0.1\n")).toEqual({
			state: "degraded",
			address: "10.2.0.7",
			failedUnits: ["foo.service"],
			identityProblem: null,
		});
	});

	it("drops whatever a hostile box says instead", () => {
		const report = parseBootReport("rooted\nready\naddress=10.0.0.1; rm\nfailed=\u001b[31mx\naddress=::1\nready=1\n");
		expect(report).toEqual({ state: "unknown", address: null, failedUnits: [], identityProblem: null });
	});
});

describe("the boot script", () => {
	it("waits for systemd in a real shell, and says its state and address", () => {
		const dir = mkdtempSync(path.join(tmpdir(), "devbox-boot-"));
		const program = (name: string, text: string) => {
			writeFileSync(path.join(dir, name), `#!/bin/sh\n${text}\n`);
			chmodSync(path.join(dir, name), 0o755);
		};
		// Not up at the first question, as a systemd that does not listen yet.
		program(
			"systemctl",
			`[ "$1" = is-system-running ] || exit 1\n[ -e ${dir}/asked ] && echo running && exit 0\n: > ${dir}/asked\nexit 1`,
		);
		program(
			"ip",
			`echo "2: docker0    inet 172.17.0.1/16 scope global docker0"\necho "4: eth0    inet 10.2.0.9/24 scope global eth0"`,
		);
		try {
			const script = bootScript({ deadlineSeconds: 5, identityName: "it's" });
			const output = execFileSync("/bin/sh", ["-c", script], {
				env: { ...process.env, PATH: `${dir}:${process.env.PATH}` },
				encoding: "utf8",
			});
			const report = parseBootReport(output);
			expect(report).toMatchObject({ state: "running", address: "10.2.0.9" });
			expect(report.identityProblem).toContain("/usr/lib/devbox/identity");
		} finally {
			rmSync(dir, { recursive: true, force: true });
		}
	});
});
