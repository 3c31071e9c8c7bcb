/** `c.workspace`: its members, who is invited, and every devbox in it. For admins; the token needs the scope `admin`. */
import type { ApiInput, DevboxApi } from "./api-types.ts";
import type {
	CreatedInvitationLink,
	DepartedMember,
	Invitation,
	InvitationLink,
	Member,
	MemberHoldings,
	WorkspaceDevbox,
} from "./generated/api.ts";

/** What becomes of a leaver's devboxes: stopped and kept unless told. */
export type DepartingDevboxes = NonNullable<ApiInput<"removeMember">["devboxes"]>;

export class Workspace {
	readonly members: Members;
	readonly invitations: Invitations;
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
		this.members = new Members(api);
		this.invitations = new Invitations(api);
	}

	/** All that are not destroyed, with their owners; nothing that is in them. */
	async devboxes(): Promise<WorkspaceDevbox[]> {
		return (await this.#api.listWorkspaceDevboxes({})).data;
	}

	/** Stops anybody's devbox: its files stay. */
	async stop(id: string): Promise<void> {
		await this.#api.stopDevbox({ id });
	}

	/** Destroys anybody's devbox, with everything in it. */
	async destroy(id: string): Promise<void> {
		await this.#api.deleteDevbox({ id });
	}
}

/** By user id, as `list` tells it. */
export class Members {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	async list(): Promise<Member[]> {
		return (await this.#api.listMembers({})).data;
	}

	/** What is left out stays; `devbox_quota` null gives the default back. */
	update(userId: string, change: Omit<ApiInput<"updateMember">, "user_id">): Promise<Member> {
		return this.#api.updateMember({ user_id: userId, ...change });
	}

	/** What disabling or removing would end, and what would become of each devbox. */
	holdings(userId: string): Promise<MemberHoldings> {
		return this.#api.getMemberHoldings({ user_id: userId });
	}

	/** Out within 5 s, until enabled. */
	disable(userId: string, o: { devboxes?: DepartingDevboxes } = {}): Promise<DepartedMember> {
		return this.#api.disableMember({ user_id: userId, ...o });
	}

	enable(userId: string): Promise<Member> {
		return this.#api.enableMember({ user_id: userId });
	}

	/** Out within 5 s, until invited again by their GitHub login. */
	remove(userId: string, o: { devboxes?: DepartingDevboxes } = {}): Promise<DepartedMember> {
		return this.#api.removeMember({ user_id: userId, ...o });
	}
}

export class Invitations {
	readonly #api: DevboxApi;

	constructor(api: DevboxApi) {
		this.#api = api;
	}

	/** GitHub logins that have not come yet. */
	async list(): Promise<Invitation[]> {
		return (await this.#api.listInvitations({})).data;
	}

	/** Lets a GitHub login sign up, as a member unless told. */
	invite(githubLogin: string, o: { role?: "admin" | "member" } = {}): Promise<Invitation> {
		return this.#api.createInvitation({ github_login: githubLogin, ...o });
	}

	async takeBack(id: string): Promise<void> {
		await this.#api.deleteInvitation({ id });
	}

	/** Links, those that ended within about a month among them. None says its address. */
	async links(): Promise<InvitationLink[]> {
		return (await this.#api.listInvitationLinks({})).data;
	}

	/** `url` is told this once. For one member, for 7 days, unless told. */
	createLink(o: ApiInput<"createInvitationLink"> = {}): Promise<CreatedInvitationLink> {
		return this.#api.createInvitationLink(o);
	}

	/** Nobody joins by it any more; whoever has joined stays. */
	async revokeLink(id: string): Promise<void> {
		await this.#api.revokeInvitationLink({ id });
	}
}
