/**
 * Brings what its owner set for each of their boxes: who they are to git, shell, editor and dotfiles. Nothing of it is worth a box: each
 * part that does not work is a warning, and the step succeeds. A message that begins with `Warning` is what the timeline marks.
 */
import { LostClaimError } from "../../lib/db/claimed-run.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { hasNothingToApply, type PersonalSettings } from "../../lib/domain/personal-settings.ts";
import type { Step } from "../runner/pipeline.ts";
import { ShuttingDown, WaitFor } from "../runner/step-error.ts";
import type { CloneContext } from "./clone-run.ts";
import { applyDotfiles } from "./dotfiles.ts";
import { commandLine, type GetLink } from "./follow-command.ts";

const timeoutMs = 300_000;
/** Before the step's own time is up, which would fail the box. */
const patienceMs = 270_000;
const shortTimeoutMs = 15_000;

export const applyPersonalSettings: Step = {
	name: "apply_personal_settings",
	timeoutMs,
	attemptsMax: 3,
	async run(ctx) {
		const settings = await ctx.personalSettings();
		if (hasNothingToApply(settings)) return { message: "There are no personal settings any more." };
		const links = ctx.host().links;
		const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(patienceMs)]);
		const getLink: GetLink = (user) => links.get({ instance: ctx.instance, user, signal });
		return { message: await applyAll({ settings, getLink, ctx, signal, isOver: () => ctx.signal.aborted }) };
	},
};

type Run = {
	settings: PersonalSettings;
	getLink: GetLink;
	ctx: CloneContext;
	signal: AbortSignal;
	isOver: () => boolean;
};
type Applied = { lines: string[]; warnings: string[] };
type Part = { name: string; apply: (o: Run) => Promise<Applied> };

const parts: readonly Part[] = [
	{ name: "Commit identity", apply: applyIdentity },
	{ name: "Shell", apply: applyShell },
	{ name: "Editor", apply: applyEditor },
	{
		name: "Dotfiles",
		apply: async (o) =>
			o.settings.dotfilesUrl === null ? nothing : applyDotfiles({ ...o, url: o.settings.dotfilesUrl }),
	},
];

const nothing: Applied = { lines: [], warnings: [] };

/** The message of the step: its warnings first. Throws only when the run is not ours any more. */
export async function applyAll(o: Run): Promise<string> {
	const warnings: string[] = [];
	const lines: string[] = [];
	for (const { name, apply } of parts) {
		try {
			const applied = await apply(o);
			warnings.push(...applied.warnings);
			lines.push(...applied.lines);
		} catch (error) {
			const isEnd = error instanceof LostClaimError || error instanceof ShuttingDown || error instanceof WaitFor;
			if (isEnd || o.isOver()) throw error;
			warnings.push(`${name}: ${error instanceof AppError ? error.message : "it could not be applied in time."}`);
		}
	}
	const head = warnings.map((warning) => `Warning: ${warning}`);
	return [...head, ...lines].join("\n");
}

/** $1 setting, $2 value. With a lock that another process left behind git says so. */
const setIdentity = `git config --global --replace-all -- "$1" "$2"`;

async function applyIdentity(o: Run): Promise<Applied> {
	const { commitName, commitEmail } = o.settings;
	const wanted = [
		["user.name", commitName],
		["user.email", commitEmail],
	] as const;
	const applied: Applied = { lines: [], warnings: [] };
	for (const [setting, value] of wanted) {
		if (value === null) continue;
		const { code, stderr } = await runIn(o, "devbox", setIdentity, [setting, value]);
		if (code === 0) applied.lines.push(`git ${setting} is ${value}.`);
		else if (code === 127) return { lines: [], warnings: ["Commit identity: there is no git in this image."] };
		else applied.warnings.push(`git ${setting} could not be set: ${lastLine(stderr)}`);
	}
	return applied;
}

/** $1 name. As root: only a shell that the image lists and has. */
const setShell = `
[ "$(getent passwd devbox | cut -d: -f7)" != "/bin/$1" ] || exit 0
path=$(grep -E "^/(usr/)?bin/$1\\$" /etc/shells 2>/dev/null | while read -r line; do [ -x "$line" ] && echo "$line" && break; done)
[ -n "$path" ] || exit 3
usermod -s "$path" devbox`;

async function applyShell(o: Run): Promise<Applied> {
	const { shell } = o.settings;
	if (shell === null) return nothing;
	const { code, stderr } = await runIn(o, "root", setShell, [shell]);
	if (code === 0) return { lines: [`The login shell is ${shell}.`], warnings: [] };
	const why = code === 3 ? `there is no ${shell} in this image, so that it stays as it is.` : lastLine(stderr);
	return { lines: [], warnings: [`Shell: ${why}`] };
}

/** $1 editor: its program, with what may come after it. */
const findEditor = `set -f; set -- $1; command -v -- "$1" >/dev/null`;

/** EDITOR and VISUAL are in the environment of everything in the box from its first start on: this looks whether they can be run. */
async function applyEditor(o: Run): Promise<Applied> {
	const { editor } = o.settings;
	if (editor === null) return nothing;
	const { code } = await runIn(o, "devbox", findEditor, [editor]);
	if (code === 0) return { lines: [`EDITOR and VISUAL are ${editor}.`], warnings: [] };
	return { lines: [], warnings: [`Editor: EDITOR and VISUAL are ${editor}, which is not in this image.`] };
}

async function runIn({ getLink, signal }: Run, user: "root" | "devbox", script: string, args: string[]) {
	const link = await getLink(user);
	return link.run({ command: commandLine(script, args), timeoutMs: shortTimeoutMs, outputMaxBytes: 16_384, signal });
}

function lastLine(text: string): string {
	return (text.trim().split("\n").at(-1) ?? "").slice(0, 300) || "it said nothing";
}
