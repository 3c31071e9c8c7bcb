import { type ClassValue, clsx } from "clsx";

/**
 * Joins class names. Two that set the same property are decided by the style sheet, not by their order here: give one of them,
 * by a variant or a condition.
 */
export function cn(...classes: ClassValue[]): string {
	return clsx(classes);
}
