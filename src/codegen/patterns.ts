/**
 * PostgreSQL's regular expressions as ECMAScript's, as far as both mean the same. A pattern with anything else is left
 * out: a schema may be weaker than the database, never stricter.
 */

/** With the `u` flag, as JSON Schema asks for. Null when there is no certain translation. */
export function portablePattern(posix: string): string | null {
  // Embedded options, character classes by name, look-around, what a backslash and a letter mean: all differ.
  if (/^\*\*\*|\(\?|\[\^?\]?[^\]]*\[[.:=]|\\[A-Za-z0-9]/.test(posix)) return null;
  const parts = posix.match(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/gu) ?? [];
  const pattern = parts.map(translated).join('');
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch {
    return null;
  }
}

function translated(part: string): string {
  // Here a dot matches line ends too.
  if (part === '.') return '[^]';
  if (part.startsWith('\\') && part.length === 2) return escaped(part.slice(1));
  if (!part.startsWith('[') || part.length === 1) return part;
  // A backslash in a bracket is an escape in PostgreSQL too; a bracket inside is literal and must be escaped here.
  const negated = part.startsWith('[^');
  const body = part.slice(negated ? 2 : 1, -1);
  return `[${negated ? '^' : ''}${body.replace(/\\([\s\S])|([[\]])/gu, (_, after, bare) => escaped(after ?? bare))}]`;
}

function escaped(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}
