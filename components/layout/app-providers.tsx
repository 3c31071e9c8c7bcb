"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { TipLayer } from "../ui/tip-layer";
import { Toaster } from "../ui/toaster";

const retriesMax = 3;

function makeQueryClient(): QueryClient {
	return new QueryClient({
		defaultOptions: {
			// What cannot be sent fails at once, and does not wait unseen to be sent later.
			mutations: { networkMode: "always" },
			queries: {
				staleTime: 30_000,
				refetchOnWindowFocus: false,
				// A refusal stays one; what may pass (a restart, the network) is asked again with growing pauses.
				retry: (count, error) =>
					count < retriesMax &&
					(!isDevboxError(error) || error.status === 0 || error.status >= 500 || error.status === 429),
				retryDelay: (attempt) => Math.min(8_000, 500 * 2 ** attempt),
			},
		},
	});
}

export function AppProviders({ children }: { children: ReactNode }) {
	const [client] = useState(makeQueryClient);
	return (
		<QueryClientProvider client={client}>
			{children}
			<TipLayer />
			<Toaster />
		</QueryClientProvider>
	);
}
