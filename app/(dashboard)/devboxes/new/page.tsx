import { redirect } from "next/navigation";

export default function NewDevboxPage() {
	redirect("/devboxes?create=1");
}
