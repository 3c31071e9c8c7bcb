"use client";
import { MessagePage } from "@/components/layout/message-page";
import { Button } from "@/components/ui/button";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
	return (
		<MessagePage
			title="This page could not be shown"
			text={`The server failed while it made it; the database may be restarting. Try again in a few seconds.${error.digest ? ` Error ${error.digest}.` : ""}`}
		>
			<Button onClick={reset}>Try again</Button>
		</MessagePage>
	);
}
