"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { type InvitationLinkLook, isInvitationSecret } from "@/lib/domain/invitation-link.ts";
import { signInWithGithub, signOut } from "../sign-in/auth-requests.ts";
import { GithubMark } from "../sign-in/github-mark";
import { SignInFrame } from "../sign-in/sign-in-frame";
import { RelativeTime } from "../text/relative-time";
import { Button, buttonStyle } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { beginJoin, lookAtLink } from "./join-requests.ts";
import { linkProblemText } from "./link-problems.ts";
import { useLinkSecret } from "./use-link-secret.ts";

type JoinPageProps = { hasGithub: boolean; githubHost: string };

export function JoinPage(props: JoinPageProps) {
	const secret = useLinkSecret();
	const isWhole = secret !== null && isInvitationSecret(secret);
	const look = useQuery({
		queryKey: ["join", secret],
		queryFn: () => lookAtLink(secret ?? ""),
		enabled: isWhole,
		staleTime: 0,
		retry: false,
	});
	if (secret !== null && !isWhole) return <LinkProblem problem="unknown" />;
	if (look.error)
		return (
			<SignInFrame title="Join Devbox">
				<ErrorNote error={look.error} onRetry={() => void look.refetch()} />
			</SignInFrame>
		);
	if (!look.data)
		return (
			<SignInFrame title="Join Devbox">
				<Skeleton className="mb-4 h-10 w-full" />
				<Skeleton className="h-9 w-full" />
			</SignInFrame>
		);
	if (look.data.kind === "unknown") return <LinkProblem problem="unknown" />;
	if (look.data.kind === "ended") return <LinkProblem problem={look.data.status} />;
	if (look.data.viewer) return <SignedIn link={look.data} viewer={look.data.viewer} />;
	return <OpenLink {...props} link={look.data} secret={secret ?? ""} />;
}

type OpenLook = Extract<InvitationLinkLook, { kind: "open" }>;

const roleWords = { owner: "an owner", admin: "an admin", member: "a member" } as const;

function OpenLink({ link, secret, hasGithub, githubHost }: JoinPageProps & { link: OpenLook; secret: string }) {
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const [ended, setEnded] = useState<InvitationLinkLook | null>(null);
	const join = async () => {
		setBusy(true);
		setError(null);
		try {
			const now = await beginJoin(secret);
			if (now.kind === "open" && !now.viewer) return await signInWithGithub("/devboxes");
			setEnded(now);
		} catch (failure) {
			setError(failure);
		}
		setBusy(false);
	};
	if (ended?.kind === "unknown") return <LinkProblem problem="unknown" />;
	if (ended?.kind === "ended") return <LinkProblem problem={ended.status} />;
	if (ended?.viewer) return <SignedIn link={ended} viewer={ended.viewer} />;
	return (
		<SignInFrame title={`Join ${link.workspace}`}>
			<p className="mb-1">
				<span className="font-mono text-sm">{link.invitedBy}</span> invites you to{" "}
				<span className="font-medium">{link.workspace}</span> as {roleWords[link.role]}.
			</p>
			<p className="mb-5 text-ink-soft text-sm">
				The link ends <RelativeTime at={link.expiresAt} />.
			</p>
			{error !== null && <ErrorNote error={error} className="mb-4" />}
			{hasGithub ? (
				<>
					<Button look="primary" size="lg" className="w-full" isBusy={isBusy} onClick={() => void join()}>
						<GithubMark /> Continue with {githubHost === "github.com" ? "GitHub" : githubHost}
					</Button>
					<p className="mt-2 text-ink-faint text-xs">
						You join with the account that you sign in with there. Nothing is used up before.
					</p>
				</>
			) : (
				<p role="alert" className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
					People sign in here with GitHub, and this server is not set up for that yet. Tell{" "}
					<span className="font-mono text-xs">{link.invitedBy}</span>: the sign-in page says how. The link keeps its
					use.
				</p>
			)}
		</SignInFrame>
	);
}

/** Roles are changed under Settings, Members, and by no link: nobody raises or lowers themselves. */
function SignedIn({ link, viewer }: { link: OpenLook; viewer: NonNullable<OpenLook["viewer"]> }) {
	return (
		<SignInFrame title={viewer.isMember ? `You are in ${link.workspace}` : "You work in another workspace"}>
			<p className="mb-5 text-ink-soft">
				{viewer.isMember
					? "You are signed in as "
					: "An account works in one workspace of this server. You are signed in as "}
				<span className="font-mono text-sm">{viewer.login}</span>
				{viewer.isMember && `, ${roleWords[viewer.role]} already`}. The link was not used, and nothing changed.
			</p>
			<div className="flex flex-wrap items-center gap-2">
				<Link href="/devboxes" className={buttonStyle({ look: "primary" })}>
					Open devboxes
				</Link>
				<Button onClick={() => void signOut()}>Sign out</Button>
			</div>
		</SignInFrame>
	);
}

function LinkProblem({ problem }: { problem: Parameters<typeof linkProblemText>[0] }) {
	const { title, text } = linkProblemText(problem);
	return (
		<SignInFrame title={title}>
			<p role="alert" className="text-ink-soft">
				{text}
			</p>
			<p className="mt-4">
				<Link href="/sign-in" className="text-accent underline underline-offset-2">
					You are a member already? Sign in
				</Link>
			</p>
		</SignInFrame>
	);
}
