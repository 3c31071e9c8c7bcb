/** What `--help` of each npm command says. */
export const commandHelp = {
	start: `npm start [-- options]      set everything up on this machine and run the product

  --listen host:port   where browsers and clients reach it (default 127.0.0.1:3000)
  --ssh-listen host:port   where ssh reaches devboxes (default: beside --listen, port 2222 or another that is free)
  --data folder        where everything is kept (default, as root: /var/lib/devbox/<install id>)
  --tls-cert file      serve https with this certificate chain (PEM) ...
  --tls-key file       ... and its key
  -h, --help           this text

Environment:
  PUBLIC_URL           the address that users see, as https://devbox.example.com
  SSH_PUBLIC_HOST, SSH_PUBLIC_PORT    where users reach SSH, when that is not PUBLIC_URL's host and the port of --ssh-listen
  DATABASE_URL         a PostgreSQL of yours (15 or later); without it one is run here
  DEVBOX_DATA, DEVBOX_LISTEN, DEVBOX_SSH_LISTEN    as --data, --listen and --ssh-listen
  PREVIEW_DOMAIN       the domain whose subdomains show what listens in devboxes
  DEVBOX_KEY_ENCRYPTION_KEY   the key that secrets are sealed with, where it shall not lie in the data folder (the content of
                       <data>/keys/key-encryption-key)
  DEVBOX_RATE_LIMIT    requests of one session or token by the minute (default 6000; 0: no bound)
  DEVBOX_EGRESS_RESOLVERS     name servers that network policies ask, comma separated (IPv4)
  DEVBOX_INTERNAL_RANGES      private addresses and ranges that admins may open to devboxes, comma separated (IPv4)
  DEVBOX_IMAGE_CACHE   where built images are kept (default, as root: /var/lib/devbox/image-cache)
  DEVBOX_POOL_GIB_MAX  the most that the pool of devboxes' disks may take, in GiB
  LOG_LEVEL            trace, debug, info (default), warn or error
  HTTP_PROXY, HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS    as Node.js takes them
  DEVBOX_TRUSTED_PROXY addresses of your reverse proxies, comma separated
  AUTH_GITHUB_ID, AUTH_GITHUB_SECRET, AUTH_GITHUB_BASE_URL, AUTH_GITHUB_ALLOWED_ORGS    sign-in with GitHub, and its connection
  DEVBOX_TAILSCALE     where devboxes' image gets tailscale from: a .tgz of its static programs, or its address with #sha256=...
  DEVBOX_RETURN_ORIGINS       other origins that connecting GitHub may end at, comma separated
  DEVBOX_ALLOWED_ADDRESSES    names, addresses and ranges that we may connect to for users, beside the public internet

Ctrl-C stops our processes; devboxes go on, and the next start finds them.`,
	dev: `npm run dev [-- options]    as npm start, reloading on change (options: npm start -- --help)`,
	test: `npm test [-- options]       everything: checks, unit tests, tests on a real engine, browser tests

  --only stage,...     of: check, unit, int, e2e
  -h, --help           this text

Needs root (it installs what the tests need by apt), uses an install of its own and removes it again.
The last line is "N passed, N failed".`,
	doctor: `npm run doctor [-- options]  prove each layer, and say what to do about each that fails

  -o json              machine-readable
  --data folder        of which install
  -h, --help           this text

Exit code: 0 when nothing failed (warnings allowed), 1 otherwise.`,
	service: `npm run service [-- options]  run at boot: write, enable and start a systemd unit

  --print              only print the unit
  --listen, --ssh-listen, --data, --tls-cert, --tls-key   as for npm start; they become part of the unit
  -h, --help           this text

All that npm start takes by environment (npm start -- --help) goes from this one into a file that only root reads.`,
	uninstall: `npm run uninstall [-- options]  remove all that npm start made, and only that

  --yes                do not ask
  --force              stop the product first if it runs
  --data folder        of which install
  -h, --help           this text`,
	"sign-in-link": `npm run sign-in-link [-- login]  print a new link that signs a user in once, within 15 minutes

  login                whom to sign in (default: the owner)
  --data folder        of which install
  -h, --help           this text`,
	admin: `npm run admin -- <command>     look after users, keys and the audit log

  users                          list them
  role <login> <owner|admin|member>
  quota <login> <boxes|default>  how many devboxes they may have
  disable <login> [--devboxes stop|destroy]    end their sessions, let them in no more, stop their devboxes
  enable <login>
  remove <login> [--devboxes stop|destroy]     the same, and they are no member any more
  invite <login> [--role admin|member]    let a GitHub login in
  rotate-key                     add a new key-encryption key; new values are sealed with it from then on
  rewrap                         bring every sealed value under the newest key, while the product runs
  retire-key <version>           take a key out that no value is under any more
  rotate-identity-key [--now]    a new key for ID tokens of devboxes; with --now the older ones are gone at once
  prune-audit <days>             remove events older than that from the audit log (30 at the least)
  --data folder                  of which install
  -h, --help                     this text`,
};

export const commandNames = Object.keys(commandHelp);
