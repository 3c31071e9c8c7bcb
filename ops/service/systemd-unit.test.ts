import { expect, test } from "vitest";
import type { Install } from "../install/install.ts";
import { renderEnvironment, renderUnit } from "./systemd-unit.ts";

const install = { installId: "abc123", dataDir: "/srv/50% full/devbox" } as Install;

test("a path with systemd's own signs stays one word of the command", () => {
	const unit = renderUnit({ install, node: "/usr/bin/node", startArgs: ["--listen", "0.0.0.0:443"] });
	expect(unit).toContain('start --data "/srv/50%% full/devbox" --listen 0.0.0.0:443\n');
	expect(unit).toContain("After=network-online.target incus.service lxd.service");
});

test("secrets stand in the environment file alone, quoted, and only those that the product takes", () => {
	const text = renderEnvironment({ DATABASE_URL: 'postgres://u:a"$b@h/d', HOME: "/root", PUBLIC_URL: "" });
	expect(text).toBe('DATABASE_URL="postgres://u:a\\"\\$b@h/d"\n');
	expect(renderUnit({ install, node: "/usr/bin/node", startArgs: [] })).not.toContain("postgres");
});
