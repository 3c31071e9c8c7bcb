import { expect, test } from "vitest";
import { readStartOptions } from "./start-options.ts";

test("without options it is this machine's loopback alone", () => {
	expect(readStartOptions([], {})).toMatchObject({
		listen: { host: "127.0.0.1", port: 3000 },
		publicUrl: "http://127.0.0.1:3000",
		tls: null,
		databaseUrl: null,
	});
});

test("the public address follows where it listens, unless PUBLIC_URL says otherwise", () => {
	expect(readStartOptions(["--listen", "[::1]:8080"], {}).publicUrl).toBe("http://[::1]:8080");
	expect(readStartOptions(["--listen", "10.0.0.1:443", "--tls-cert", "c", "--tls-key", "k"], {}).publicUrl).toBe(
		"https://10.0.0.1",
	);
	expect(readStartOptions(["--listen", "4000"], { PUBLIC_URL: "https://devbox.example.com/" })).toMatchObject({
		listen: { host: "127.0.0.1", port: 4000 },
		publicUrl: "https://devbox.example.com",
	});
});

test("SSH listens where it is told, by option before environment; else that is chosen at the start", () => {
	expect(readStartOptions([], {}).sshListen).toBeNull();
	const env = { DEVBOX_SSH_LISTEN: "10.0.0.1:22" };
	expect(readStartOptions([], env).sshListen).toMatchObject({ host: "10.0.0.1", port: 22 });
	expect(readStartOptions(["--ssh-listen", "2200"], env).sshListen).toMatchObject({ host: "127.0.0.1", port: 2200 });
});

test.each([
	[["--listen", "nowhere"], {}, "--listen"],
	[["--listen", "127.0.0.1:70000"], {}, "--listen"],
	[["--ssh-listen", "2222x"], {}, "--ssh-listen"],
	[[], { DEVBOX_SSH_LISTEN: "127.0.0.1:0" }, "--ssh-listen"],
	[["--tls-cert", "c"], {}, "--tls-key"],
	[["--unknown"], {}, "--help"],
	[[], { PUBLIC_URL: "devbox.example.com" }, "PUBLIC_URL"],
	[[], { PUBLIC_URL: "https://a.example/path" }, "PUBLIC_URL"],
	[[], { DATABASE_URL: "mysql://u:secret@h/d" }, "DATABASE_URL"],
])("a wrong option is refused by its name: %j %j", (args, env, name) => {
	expect(() => readStartOptions(args, env)).toThrow(name);
	expect(() => readStartOptions(args, env)).not.toThrow("secret");
});
