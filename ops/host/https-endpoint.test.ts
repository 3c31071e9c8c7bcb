import { expect, it } from "vitest";
import { loopbackFor } from "./https-endpoint.ts";

it("reaches an engine that listens on every address by loopback, and another one where it listens", () => {
	expect(loopbackFor(":8443")).toBe("127.0.0.1:8443");
	expect(loopbackFor("[::]:9443")).toBe("127.0.0.1:9443");
	expect(loopbackFor("0.0.0.0:8443")).toBe("127.0.0.1:8443");
	expect(loopbackFor("127.0.0.1:8500")).toBe("127.0.0.1:8500");
	expect(loopbackFor("192.0.2.7")).toBe("192.0.2.7:8443");
	expect(loopbackFor("[2001:db8::1]")).toBe("[2001:db8::1]:8443");
});
