/** What an operator may set by environment. One table: for `npm start`, our processes, the service, and a test that all of it is documented. */

/** Handed on to our processes where they are set: they configure them, or how Node reaches the network. */
export const processVariables = [
	"AUTH_GITHUB_ID",
	"AUTH_GITHUB_SECRET",
	"AUTH_GITHUB_BASE_URL",
	"AUTH_GITHUB_ALLOWED_ORGS",
	"DEVBOX_ALLOWED_ADDRESSES",
	"DEVBOX_RETURN_ORIGINS",
	"DEVBOX_RATE_LIMIT",
	"DEVBOX_TRUSTED_PROXY",
	"LOG_LEVEL",
	"PREVIEW_DOMAIN",
	"SSH_PUBLIC_HOST",
	"SSH_PUBLIC_PORT",
	"NODE_EXTRA_CA_CERTS",
	"HTTP_PROXY",
	"HTTPS_PROXY",
	"NO_PROXY",
] as const;

/** Read by `npm start` itself. `DEVBOX_DATA` is not here: which install it is stands in a unit as `--data`. */
const startVariables = [
	"PUBLIC_URL",
	"DATABASE_URL",
	"DEVBOX_LISTEN",
	"DEVBOX_SSH_LISTEN",
	"DEVBOX_KEY_ENCRYPTION_KEY",
	"DEVBOX_IMAGE_CACHE",
	"DEVBOX_EGRESS_RESOLVERS",
	"DEVBOX_INTERNAL_RANGES",
	"DEVBOX_POOL_GIB_MAX",
	"DEVBOX_TAILSCALE",
] as const;

export const operatorVariables = [...startVariables, ...processVariables] as const;
