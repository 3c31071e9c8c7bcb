import { expect, test } from "vitest";
import { githubApiUrl } from "./github-url.ts";

test("the API is where each kind of GitHub has it", () => {
	expect(githubApiUrl("https://github.com")).toBe("https://api.github.com");
	expect(githubApiUrl("https://octocorp.ghe.com")).toBe("https://api.octocorp.ghe.com");
	expect(githubApiUrl("https://git.example.com")).toBe("https://git.example.com/api/v3");
	expect(githubApiUrl("http://127.0.0.1:4000/")).toBe("http://127.0.0.1:4000/api/v3");
	expect(githubApiUrl("https://evil-github.com")).toBe("https://evil-github.com/api/v3");
});
