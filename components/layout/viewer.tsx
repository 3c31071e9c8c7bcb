"use client";
import { createContext, type ReactNode, useContext } from "react";

/** Who looks, as the server's session says. */
export type Viewer = { userId: string; login: string; isAdmin: boolean };

const ViewerContext = createContext<Viewer | null>(null);

export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
	return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

export function useViewer(): Viewer {
	const viewer = useContext(ViewerContext);
	if (!viewer) throw new Error("useViewer is for the pages inside the frame");
	return viewer;
}
