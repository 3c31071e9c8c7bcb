import { defineConfig } from "prisma/config";

// Prisma's native schema engine cannot be downloaded on a closed network; this stand-in speaks its protocol over the wasm build.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= new URL("./scripts/schema-engine", import.meta.url).pathname;

export default defineConfig({
	schema: "prisma/schema.prisma",
	migrations: { path: "prisma/migrations" },
	datasource: { url: process.env.DATABASE_URL ?? "" },
});
