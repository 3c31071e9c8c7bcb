/** Where things are in an egress filter. */

export const filterFolder = "/etc/devbox-egress";
export const runFolder = "/run/devbox-egress";
/** Where HAProxy listens for what nftables leads to it: web pages, TLS, everything else. */
export const proxyPorts = { http: 1080, tls: 1443, any: 1000 } as const;

export type FilterFile = { path: string; content: string };
