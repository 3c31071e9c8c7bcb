import { TriangleAlert } from "lucide-react";
import type { InternalServiceResponse } from "@/lib/contract/internal-services.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";

type ServiceListProps = {
	services: readonly InternalServiceResponse[];
	onRemove: (service: InternalServiceResponse) => void;
};

export function ServiceList({ services, onRemove }: ServiceListProps) {
	return (
		<ul aria-label="Internal services" className="divide-y divide-line rounded-lg border bg-surface">
			{services.map((service) => (
				<li key={service.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
					<div className="min-w-0 flex-1 basis-52">
						<p className="break-words font-medium text-sm">{service.name}</p>
						<p className="break-words font-mono text-ink-soft text-xs">
							{service.address} · {service.ports.join(", ")}
						</p>
						<p className="text-ink-faint text-xs">
							by {service.created_by} <RelativeTime at={service.created_at} />
						</p>
						{!service.is_open && (
							<p className="mt-1 flex items-start gap-1.5 text-bad text-xs">
								<TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
								Closed: the operator does not open this address any more, so no devbox is led there.
							</p>
						)}
					</div>
					<Button look="dangerQuiet" size="sm" aria-label={`Remove ${service.name}`} onClick={() => onRemove(service)}>
						Remove
					</Button>
				</li>
			))}
		</ul>
	);
}
