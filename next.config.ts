import type { NextConfig } from "next";

const config: NextConfig = {
	// `npm start` runs .next/standalone/server.js: a folder of 45 MB that needs no node_modules.
	output: "standalone",
	poweredByHeader: false,
	reactStrictMode: true,
	devIndicators: false,
	// `npm run check` is where types are checked: whoever starts the product need not wait a minute for it.
	typescript: { tsconfigPath: "tsconfig.web.json", ignoreBuildErrors: true },
	turbopack: { root: import.meta.dirname },
};

export default config;
