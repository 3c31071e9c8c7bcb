/** Signs ID tokens and shows the keys that verify them. Any number of processes do: the keys are rows that all of them read. */
import type { KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import type pg from "pg";
import { type IdentityKeyRow, listIdentityKeys } from "../db/identity-keys.ts";
import { AppError } from "../domain/errors.ts";
import {
	type IdTokenIssuer,
	idTokenAlgorithm,
	idTokenSeconds,
	isIssuerPublic,
	issuerProblem,
} from "../domain/identity.ts";
import { planKeys } from "../domain/identity-keys.ts";
import { newId } from "../domain/ids.ts";
import type { Sealer } from "../domain/sealer.ts";
import { keepIdentityKeys, openIdentityKey } from "./identity-keys.ts";

/** Anybody may ask for the keys: so many ask the database once. */
const rowsKeptMs = 2_000;

export function openIssuer(o: {
	pool: pg.Pool;
	sealer: Sealer;
	publicUrl: URL;
	/** Milliseconds since 1970. */
	now?: () => number;
}): IdTokenIssuer {
	const now = () => new Date(o.now?.() ?? Date.now());
	const opened = new Map<string, KeyObject>();
	let known: { at: number; rows: Promise<IdentityKeyRow[]> } | null = null;

	async function readRows(): Promise<IdentityKeyRow[]> {
		const rows = await listIdentityKeys(o.pool);
		const plan = planKeys(rows, now());
		if (!plan.isDue && plan.outdated.length === 0) return rows;
		await keepIdentityKeys(o.pool, { sealer: o.sealer, now: now(), isDue: plan.isDue });
		return listIdentityKeys(o.pool);
	}

	/** Those that were read a moment ago will do for verifiers. Who signs reads anew: a key may have been taken away. */
	function shownRows(): Promise<IdentityKeyRow[]> {
		if (known && now().getTime() - known.at < rowsKeptMs) return known.rows;
		const rows = readRows();
		const entry = { at: now().getTime(), rows };
		known = entry;
		rows.catch(() => {
			if (known === entry) known = null;
		});
		return rows;
	}

	function keyOf(row: IdentityKeyRow): KeyObject {
		const key = opened.get(row.id) ?? openIdentityKey(o.sealer, row);
		opened.clear();
		opened.set(row.id, key);
		return key;
	}

	const issuer = o.publicUrl.origin;
	const problem = issuerProblem(o.publicUrl);
	return {
		issuer,
		problem,
		isPublic: isIssuerPublic(o.publicUrl),
		async issue({ audience, subject, claims }) {
			if (problem) throw new AppError({ code: "not_supported", message: problem });
			const { signing } = planKeys(await readRows(), now());
			if (!signing) throw new AppError({ code: "unavailable", message: "There is no signing key yet. Try again." });
			const id = newId("idToken");
			const issuedAt = Math.floor(now().getTime() / 1000);
			const expiresAt = issuedAt + idTokenSeconds;
			const token = await new SignJWT({ ...claims })
				.setProtectedHeader({ alg: idTokenAlgorithm, kid: signing.id, typ: "JWT" })
				.setIssuer(issuer)
				.setSubject(subject)
				.setAudience(audience)
				.setJti(id)
				.setIssuedAt(issuedAt)
				.setNotBefore(issuedAt)
				.setExpirationTime(expiresAt)
				.sign(keyOf(signing));
			return { token, id, keyId: signing.id, expiresAt: new Date(expiresAt * 1000) };
		},
		async keySet() {
			return { keys: planKeys(await shownRows(), now()).shown.map((row) => row.publicJwk) };
		},
		async listKeys() {
			const { signing, shown } = planKeys(await shownRows(), now());
			return shown.map(({ id, createdAt, signsFrom }) => ({ id, createdAt, signsFrom, isSigning: id === signing?.id }));
		},
	};
}
