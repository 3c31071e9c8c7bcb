/** `c.secrets`: values that devboxes get and nobody reads back. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import { DevboxError } from "./devbox-error.ts";
import type { ChangedSecret, Secret, SecretUse } from "./generated/api.ts";

type CallBounds = { signal?: AbortSignal };

export class Secrets {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	/** Yours and the workspace's, without their values. */
	async list(o: CallBounds = {}): Promise<Secret[]> {
		return (await this.#api.listSecrets({}, o)).data;
	}

	/** By id or by name; of two with one name, yours. Throws `not_found`. */
	async get(idOrName: string, o: CallBounds = {}): Promise<Secret> {
		if (idOrName.startsWith("sec_")) return this.#api.getSecret({ id: idOrName }, o);
		const found = (await this.list(o)).find((secret) => secret.name === idOrName);
		if (found) return found;
		const detail = `There is no secret named ${JSON.stringify(idOrName)} that you can use.`;
		throw new DevboxError({ code: "not_found", status: 404, detail });
	}

	/** Throws `conflict` when you have one of this name. */
	create(secret: ApiInput<"createSecret">, o: CallBounds = {}): Promise<Secret> {
		return this.#api.createSecret(secret, o);
	}

	/** A new version. The answer names the running devboxes that hold the old value. */
	put(id: string, value: string, o: CallBounds = {}): Promise<ChangedSecret> {
		return this.#api.putSecretValue({ id, value }, o);
	}

	/** Brings the newest value to the running devboxes that hold an older one, and answers which those are. */
	async refresh(id: string, o: CallBounds = {}): Promise<SecretUse[]> {
		return (await this.#api.refreshSecret({ id }, o)).data;
	}

	/** Which devboxes have it. */
	async uses(id: string, o: CallBounds = {}): Promise<SecretUse[]> {
		return (await this.#api.listSecretUses({ id }, o)).data;
	}

	/** With all its versions; answers which devboxes lose it at their next start or refresh. */
	async delete(id: string, o: CallBounds = {}): Promise<SecretUse[]> {
		return (await this.#api.deleteSecret({ id }, o)).data;
	}
}
