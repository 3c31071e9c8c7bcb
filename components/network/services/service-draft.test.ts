import { describe, expect, it } from "vitest";
import { emptyService, parseService, type ServiceDraft } from "./service-draft.ts";

const ranges = ["10.20.0.0/16"];
const good: ServiceDraft = { name: " database ", address: " 10.20.0.5 ", ports: "5433, 5432 5433" };
const problemsOf = (change: Partial<ServiceDraft>, of = ranges) => {
	const parsed = parseService({ ...good, ...change }, of);
	return "problems" in parsed ? parsed.problems : null;
};

describe("an internal service as it is written", () => {
	it("is a name, an address and ports with commas or spaces between", () => {
		const request = { name: "database", address: "10.20.0.5", ports: [5432, 5433] };
		expect(parseService(good, ranges)).toEqual({ request });
	});

	it("says every field at fault, once", () => {
		expect(Object.keys(problemsOf(emptyService) ?? {}).sort()).toEqual(["address", "name", "ports"]);
		expect(problemsOf({ ports: "https, 99999" })).toEqual({ ports: "A port is a whole number from 1 to 65535." });
		expect(problemsOf({ address: "db.internal" })?.address).toContain("Write one IPv4 address");
	});

	it("says what the operator has to set for an address that they have not opened", () => {
		expect(problemsOf({ address: "10.21.0.5" })?.address).toContain("DEVBOX_INTERNAL_RANGES=10.20.0.0/16,10.21.0.5");
		expect(problemsOf({}, [])?.address).toContain("DEVBOX_INTERNAL_RANGES=10.20.0.5 npm start");
	});
});
