/** The published client of the protocol that we answer, as a stranger uses it: from npm, unchanged, with tokens of ours. */
import { type CreateDevboxRequest, DevboxClient } from "@latitudesh/devbox";
import type { TestGateway, TestPerson } from "./test-gateway.ts";

/** With a provider token of this person's, and nothing else. */
export async function latitudeClient(gate: TestGateway, person: TestPerson): Promise<DevboxClient> {
	const { token } = await gate.addToken(person, { kind: "provider" });
	return new DevboxClient({ baseUrl: gate.origin, providerToken: token });
}

/** Its types ask for every field, its documentation for the name alone. */
export function asked(fields: Partial<CreateDevboxRequest> & { name: string }): CreateDevboxRequest {
	return fields as CreateDevboxRequest;
}
