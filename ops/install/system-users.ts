/** The unprivileged users that our processes run as when root starts them: one each for application, web and database. */
import { AppError } from "../../lib/domain/errors.ts";
import { runCommand } from "../../lib/process/run-command.ts";

export const userRoles = ["app", "web", "db"] as const;
export type UserRole = (typeof userRoles)[number];

export type SystemUser = { name: string; uid: number; gid: number };
export type SystemUsers = Record<UserRole, SystemUser>;

export function systemUserName(installId: string, role: UserRole): string {
	return `devbox-${installId}-${role}`;
}

/** Find-or-create. `onMake` hears of each name before it is made, so that uninstall can tell ours from a stranger's. */
export async function ensureSystemUsers(o: {
	installId: string;
	onMake: (name: string) => Promise<void>;
}): Promise<SystemUsers> {
	const made: Partial<SystemUsers> = {};
	for (const role of userRoles) made[role] = await ensureUser(systemUserName(o.installId, role), o.onMake);
	const { app, web, db } = made;
	if (!app || !web || !db) throw new Error("unreachable: every role was just made");
	return { app, web, db };
}

/** The users of an install that was started before. @throws AppError `not_found` naming the one that is gone. */
export async function findSystemUsers(installId: string): Promise<SystemUsers> {
	const [app, web, db] = await Promise.all(userRoles.map((role) => findUser(systemUserName(installId, role))));
	if (app && web && db) return { app, web, db };
	throw new AppError({
		code: "not_found",
		message: `The system users of install ${installId} are not there. Run: npm start`,
	});
}

async function ensureUser(name: string, onMake: (name: string) => Promise<void>): Promise<SystemUser> {
	const found = await findUser(name);
	if (found) return found;
	await onMake(name);
	await runCommand({
		command: [
			"useradd",
			"--system",
			"--user-group",
			"--no-create-home",
			"--home-dir",
			"/nonexistent",
			"--shell",
			"/usr/sbin/nologin",
			"--comment",
			"Devbox",
			name,
		],
	});
	const user = await findUser(name);
	if (user) return user;
	throw new AppError({
		code: "unavailable",
		message: `useradd made ${name}, but the system does not find it. Look at /etc/nsswitch.conf.`,
	});
}

export async function findUser(name: string): Promise<SystemUser | null> {
	const { code, stdout } = await runCommand({ command: ["getent", "passwd", name], allowedCodes: [2] });
	const [, , uid, gid] = stdout.trim().split(":");
	if (code !== 0 || !uid || !gid) return null;
	return { name, uid: Number(uid), gid: Number(gid) };
}

/** Gone already is success. */
export async function removeSystemUser(name: string): Promise<void> {
	if (await findUser(name)) await runCommand({ command: ["userdel", name] });
}
