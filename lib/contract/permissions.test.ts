import { expect, test } from "vitest";
import { roleScopes, roles, scopes } from "../domain/actor.ts";
import { operationPermission, permissions, roleMay } from "../domain/permissions.ts";
import { apiOperations } from "./api.ts";
import type { ApiOperation } from "./operation.ts";

test.each(Object.entries<ApiOperation>(apiOperations))(
	"%s asks a token for the scope of its permission",
	(_id, operation) => {
		expect(permissions[operationPermission(operation)].scope).toBe(operation.scope);
	},
);

test("a role that ranks higher may all that a lower one may", () => {
	for (const permission of Object.keys(permissions) as (keyof typeof permissions)[]) {
		if (roleMay("member", permission)) expect(roleMay("admin", permission)).toBe(true);
		if (roleMay("admin", permission)) expect(roleMay("owner", permission)).toBe(true);
	}
});

test("the scopes of a role are those of what it may do", () => {
	expect(roleScopes).toEqual({
		owner: scopes,
		admin: scopes,
		member: ["devbox:read", "devbox:write", "exec", "secret:use", "secret:write"],
	});
	for (const role of roles)
		for (const [name, { scope }] of Object.entries(permissions))
			if (roleMay(role, name as keyof typeof permissions)) expect(roleScopes[role]).toContain(scope);
});
