import type pg from "pg";
import { hashToken, newToken } from "../../lib/db/token-hash.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import { ownerLogin } from "./first-owner.ts";

/** Minutes that a link may be used, once. */
export const linkLifetimeMinutes = 15;

/** Answers the URL. @throws AppError `not_found` for an unknown login, `forbidden` for a disabled one. */
export async function makeSignInLink(
	client: pg.Client,
	o: { login: string | null; publicUrl: string },
): Promise<string> {
	const login = o.login ?? (await ownerLogin(client));
	if (login === null) throw new AppError({ code: "not_found", message: "There is no user yet. Run: npm start" });
	const { rows } = await client.query<{ id: string; disabled_at: Date | null }>(
		"SELECT id, disabled_at FROM users WHERE login = $1",
		[login.toLowerCase()],
	);
	const user = rows[0];
	if (!user) {
		throw new AppError({
			code: "not_found",
			message: `There is no user ${JSON.stringify(login)}. List them: npm run admin -- users`,
		});
	}
	if (user.disabled_at) {
		throw new AppError({
			code: "forbidden",
			message: `${login} is disabled. Let them in again: npm run admin -- enable ${login}`,
		});
	}
	const token = newToken();
	await client.query("DELETE FROM sign_in_links WHERE expires_at < now() - interval '1 day'");
	await client.query(
		`INSERT INTO sign_in_links (id, token_hash, user_id, expires_at) VALUES ($1, $2, $3, now() + $4 * interval '1 minute')`,
		[newId("signInLink"), hashToken(token), user.id, linkLifetimeMinutes],
	);
	const url = new URL("/sign-in/link", o.publicUrl);
	url.searchParams.set("token", token);
	return url.href;
}
