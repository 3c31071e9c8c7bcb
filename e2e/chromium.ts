/** The browser of the specs: Debian's Chromium, quiet. */
const quietFlags =
	"--no-sandbox --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic".split(
		" ",
	);

function chromium(...flags: string[]): { executablePath: string; args: string[] } {
	return { executablePath: "/usr/bin/chromium", args: [...quietFlags, ...flags] };
}

/** Without any GPU, as most specs need it: the terminal's text is in the page. */
export const plainChromium = chromium("--disable-gpu", "--disable-3d-apis");

/** WebGL on the processor. */
export const webglChromium = chromium("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader");
