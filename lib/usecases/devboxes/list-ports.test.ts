import { expect, test } from "vitest";
import { parseTerminals } from "../terminals/list-terminals.ts";
import { parseListeners } from "./list-ports.ts";

test("listening ports are read from ss, one row a port, the widest address first", () => {
	const text = [
		'LISTEN 0      511          0.0.0.0:3000      0.0.0.0:*    users:(("node",pid=41,fd=20))',
		"LISTEN 0      128        127.0.0.1:22        0.0.0.0:*   ",
		'LISTEN 0      511             [::]:3000         [::]:*    users:(("node",pid=41,fd=21))',
		"LISTEN 0      5          127.0.0.1:8000      0.0.0.0:*   ",
		'LISTEN 0      5                  *:8000            *:*    users:(("python3",pid=9,fd=3))',
		"rubbish from a hostile box",
		"LISTEN 0 1 0.0.0.0:99999 0.0.0.0:*",
	].join("\n");
	expect(parseListeners(text)).toEqual([
		{ port: 22, address: "127.0.0.1", process: null },
		{ port: 3000, address: "0.0.0.0", process: "node" },
		{ port: 8000, address: "*", process: "python3" },
	]);
});

test("terminals are read oldest first, and lines that are none are passed over", () => {
	expect(parseTerminals("logs 1767225700 0\nmain 1767225600 2\n\x1b[31mevil\n../x 1 1\n")).toEqual([
		{ name: "main", created_at: "2026-01-01T00:00:00.000Z", clients: 2 },
		{ name: "logs", created_at: "2026-01-01T00:01:40.000Z", clients: 0 },
	]);
});
