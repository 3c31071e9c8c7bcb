/** The security model as it is built. What is not there yet stands under the last heading, not in hopeful words above. */

export type SecuritySection = { title: string; points: string[] };

export const securityModel: SecuritySection[] = [
	{
		title: "What keeps devboxes apart",
		points: [
			"A devbox is a system container: a Linux machine with its own processes, users, files, host name and address, on the kernel of its host. All devboxes of a host share that kernel. A hole in the kernel is a way out of every box; for code that you would not run beside your other boxes, use a host of its own.",
			"Containers are unprivileged: root inside is an ordinary, powerless user outside, with a range of user ids of its own where the host can map ids on mount (npm run doctor says whether it does).",
			"Processors, memory, processes and disk are capped per box. The disk limit holds against snapshots and subvolumes made inside: a system call filter refuses them.",
			"A box reaches the internet, and nothing private: not other boxes, not its host, not this server, not private, link-local or metadata addresses, over IPv4 or IPv6. The host's firewall enforces it, outside the box.",
			"A network policy narrows that to listed names, or to nothing; names that a setup needs or an admin approves come beside it for a time, and end by themselves. A filter outside the box enforces it, by the name that it dials itself; when the filter is down, the box has no network. What a policy cannot stop: a listed site that takes uploads, and a provider that serves listed and unlisted sites from the same machines.",
		],
	},
	{
		title: "Who gets in",
		points: [
			"Only the owner of a devbox enters it, and every way in asks for the same person: dashboard, API token, SSH key, SSH access session, preview. Members see it where its owner has shown it to the workspace, without what it prints; admins see that it exists and which names it asked its network policy for, and can stop and destroy it. For everybody else it answers like one that does not exist.",
			"Browser sessions, API tokens, SSH access sessions and preview sessions are kept as hashes, can be revoked, and end what they hold open: terminals, streams, SSH connections and previews close within seconds.",
			"Tokens carry scopes and an end. A token cannot make another token. A provider token beside a user's token may no more than both of them.",
			"Changes by a signed-in browser are taken from pages of this address only; WebSockets need a ticket that opens one connection once.",
			"Every write, sign-in, terminal, SSH connection and use of a secret stands in the audit log, with who, from where and whether it was done. It can be added to and read, and not be changed, by the database's own rules. It never holds a secret's value, nor what is typed in a terminal.",
			"Sign-up is closed: who is not invited, and no member of an allowed organisation, does not get in. An invitation link lets in as many people as it says, for at most 30 days, and ends with its maker's right to invite; only its hash is kept, and its secret is in no address that a server or a log sees.",
		],
	},
	{
		title: "What runs in a devbox",
		points: [
			"You are root inside, and so is whatever you run there. An agent in a box can read all that the box holds: its files, its environment, the credentials injected into it.",
			"This server trusts nothing that a box says. It reaches a box by SSH through the engine, with a key that lives in memory for one connection; a box cannot open a connection to it, save over that link: to the git proxy for its own repositories, and to its own control socket. Names, output and exit codes from a box are shown as text.",
			"A box can ask for an ID token of its own, and of no other box: its link says which box it is, and no credential for it lies inside. A token is for one audience that an admin has allowed, lives five minutes, and each is in the audit log, refused ones too. Whoever is root or the user devbox in a box, and whatever they run, can ask: what an audience trusts a box with, it trusts all of that with.",
			"A devbox that joins a tailnet does so by a token of five minutes of its own; no key of the tailnet is kept here. What it reaches there the tailnet's rules decide, past its network policy. Whoever is root in the box has the node's key while it runs, and the tags that it has.",
			"Previews and downloads never share an origin with the dashboard: previews have host names of their own, and the dashboard's cookies and tokens are taken off before a request reaches a box.",
		],
	},
	{
		title: "Secrets",
		points: [
			"A secret's value goes in and never comes out: no answer, log, event or audit entry holds one. It is bound to its workspace, secret and version: bytes moved to another row, cut or changed are refused, and the audit log names them. Each time that one is brought into a box is in the audit log.",
			"A token needs the scope secret:use to bring a secret into a box; a box made without it gets none, those in all boxes included.",
			"Environment variables and AI tokens given at create are stored encrypted (AES-256-GCM, a key per secret, wrapped by a key that is a file of the server), and never returned by the API. AI tokens are deleted from the database as soon as they are in the box.",
			"In the box they lie in /run/devbox/env, in memory, readable by the devbox user, and in the environment of what runs there. They are never in an image, an argument list, a log or an operation's message.",
			"The token of a connected GitHub account is stored the same way, and used by this server alone, for requests to that GitHub; no answer of the API has it. Only repositories of the account and of organisations that its user has switched on are used, and GitHub is asked again at each use. Disconnecting revokes it there and deletes it here.",
			"A GitHub token never enters a box. Private repositories come from a copy on the server, which is brought up to date with the requester's own token at each use and shows a box the asked ref alone.",
			"git in a box reaches the private repositories that the box was created with through this server, which adds the owner's credential on its own side. So whatever runs in the box can fetch them, and push where push was chosen, for as long as the box runs and its owner has access. Each use is in the audit log, and an admin can turn it off for the workspace.",
			"The key that signs ID tokens is sealed like a secret. It is followed by a new one every 90 days, and at any time by a command; the older one verifies until its last token has expired, or is gone at once when it may have been read.",
			"Whoever holds the server's data folder, or is root on the host, reads everything, the copies of private repositories included.",
		],
	},
	{
		title: "The server itself",
		points: [
			"Gateway, web and worker run as unprivileged users. They reach the engine with a certificate that is bound to this install's project; only the operator's commands (npm start, doctor, uninstall) use the engine's root socket.",
			"Where a user or a redirect names an address that this server itself asks, the address is looked at when the connection is made, after its name was resolved: private, link-local, loopback and mapped addresses are refused unless the operator allows them.",
			"The web process holds neither the encryption key nor a way to the engine, and its database login sees the sign-in tables alone.",
			"TLS is on when it is given a certificate, or stands behind a proxy that has one. Without, use it on loopback or over SSH only.",
		],
	},
	{
		title: "Not there yet",
		points: ["Devboxes that several people enter, and virtual machines as boxes."],
	},
];
