/**
 * The text as one word of a shell's command line, whatever is in it. For sh, bash, zsh and fish alike, since sshd runs commands by
 * the login shell: within single quotes fish alone reads backslashes, so that these stand outside of them.
 */
export function shellWord(text: string): string {
	return `'${text.replace(/['\\]/g, (character) => `'\\${character}'`)}'`;
}
