import { PageColumn, PageHeader } from "../layout/page-header";
import { securityModel } from "./security-model.ts";

export function SecurityPage() {
	return (
		<PageColumn>
			<PageHeader title="Security model" text="What this server protects, how, and what it does not." />
			<div className="flex max-w-2xl flex-col gap-8 pb-16">
				{securityModel.map(({ title, points }) => (
					<section key={title} aria-label={title}>
						<h2 className="mb-2 font-semibold text-base">{title}</h2>
						<ul className="flex flex-col gap-2.5">
							{points.map((point) => (
								<li key={point} className="border-line border-l-2 pl-3.5 text-ink-soft text-sm leading-6">
									{point}
								</li>
							))}
						</ul>
					</section>
				))}
			</div>
		</PageColumn>
	);
}
