"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { GithubOrganization } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { Switch } from "../ui/switch";
import { showToast } from "../ui/toast-store.ts";
import { githubKeys, githubQueries } from "./github-queries.ts";

export function OrganizationGrants() {
	const client = useQueryClient();
	const { data: organizations, error, refetch } = useQuery(githubQueries.organizations());
	const grant = useMutation({
		mutationFn: (next: GithubOrganization[]) =>
			api.grantGithubOrganizations({ org_logins: next.filter((org) => org.granted).map((org) => org.org_login) }),
		onMutate: (next) => client.setQueryData(githubKeys.organizations(), next),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
		onSettled: () => client.invalidateQueries({ queryKey: githubKeys.all() }),
	});
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	if (!organizations) return <Skeleton className="h-[90px] w-full rounded-lg" />;
	if (organizations.length === 0)
		return (
			<p className="rounded-lg border border-dashed px-4 py-6 text-center text-ink-soft text-sm">
				Your account is in no organisation that this application may see. One that restricts applications has to approve
				it at GitHub first.
			</p>
		);
	return (
		<ul aria-label="Organisations" className="divide-y divide-line rounded-lg border bg-surface">
			{organizations.map((org) => (
				<li key={org.org_login} className="flex items-center gap-3 px-4 py-2.5">
					<span id={`org-${org.org_login}`} className="min-w-0 flex-1 truncate font-mono text-sm">
						{org.org_login}
					</span>
					<Switch
						aria-labelledby={`org-${org.org_login}`}
						checked={org.granted}
						disabled={grant.isPending}
						onCheckedChange={(granted) =>
							grant.mutate(organizations.map((other) => (other === org ? { ...org, granted } : other)))
						}
					/>
				</li>
			))}
		</ul>
	);
}
