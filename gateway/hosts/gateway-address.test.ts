import { expect, test } from "vitest";
import { gatewayAddress, reachGateway } from "./gateway-address.ts";

test("a gateway is reached where it listens, from its own machine and from another", () => {
	const reach = (address: string, from: string) => reachGateway(gatewayAddress({ address, port: 3000 }, "one"), from);
	expect(reach("127.0.0.1", "one")).toEqual({ host: "127.0.0.1", port: 3000 });
	expect(reach("127.0.0.1", "two")).toBeNull();
	expect(reach("::1", "two")).toBeNull();
	expect(reach("0.0.0.0", "one")).toEqual({ host: "127.0.0.1", port: 3000 });
	expect(reach("::", "two")).toEqual({ host: "one", port: 3000 });
	expect(reach("10.1.2.3", "two")).toEqual({ host: "10.1.2.3", port: 3000 });
	expect(reach("fd00::1", "two")).toEqual({ host: "fd00::1", port: 3000 });
});

test("what an older gateway has told leads nowhere", () => {
	expect(reachGateway("one:3000", "one")).toBeNull();
});
