import { expect, test } from "vitest";
import { parseConnection, tunnelCommand } from "./remote-login.ts";

test("the tunnel leads to where the product listens, by the address and port that the operator came in by", () => {
	const login = parseConnection("203.0.113.5 51234 198.51.100.7 22", "ann");
	const own = (port: number) => ({ host: "127.0.0.1", port });
	expect(login && tunnelCommand(login, [own(3000), own(2222)])).toBe(
		"ssh -N -L 3000:127.0.0.1:3000 -L 2222:127.0.0.1:2222 ann@198.51.100.7",
	);
	const other = parseConnection("2001:db8::1 51234 2001:db8::7 2200", "root");
	expect(other && tunnelCommand(other, [{ host: "::1", port: 80 }])).toBe(
		"ssh -N -L 80:[::1]:80 -p 2200 root@2001:db8::7",
	);
	expect(parseConnection("nonsense", "ann")).toBeNull();
});
