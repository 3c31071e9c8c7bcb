import { MessagePage } from "@/components/layout/message-page";

export default function NotFound() {
	return (
		<MessagePage
			title="There is nothing here"
			text="The address is wrong, or what it named is gone."
			action={{ href: "/devboxes", label: "Go to devboxes" }}
		/>
	);
}
