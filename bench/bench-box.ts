import type { Box } from "../sdk/src/index.ts";
import type { Product } from "./product.ts";

/** A devbox of its own for one part, made as a program makes it. `await using` destroys it. */
export function createBenchBox(product: Product, part: string): Promise<Box> {
	return product.compute.box.create({ name: `bench-${part}-${Date.now() % 100_000}` });
}
