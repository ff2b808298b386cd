/**
 * The two checksums of a migration; docs/formats.md ("Migration checksums") promises both.
 *
 * Raw: the bytes. For a file that stands alone it is what `sha256sum` prints for it (line ends made LF, no byte order
 * mark), so anyone can check it by hand. A file with companions (a `.down.sql`, parts under sql/) gets the SHA-256 of a
 * listing in sha256sum's own format, so the same tool proves that one too.
 *
 * Semantic: what the migration does. Equal semantic checksums with different raw ones mean that only comments, white
 * space or the case of key words changed. Nothing else is evened out, because nothing else can be proved equal from the
 * text alone: `"name"` and `name`, `'a'` and `E'a'` differ here.
 */
import { lfNormalised, sha256 } from '../base/canonical.ts';
import { folded } from '../syntax/lexer.ts';
import type { SplitStatement } from '../syntax/split.ts';

export interface Companion {
  /** `down`, or the path of a part below sql/: `functions/accept_booking_v2.sql`. */
  readonly name: string;
  /** Null: the file is missing, which is a different state from every content. */
  readonly source: string | null;
}

/** SHA-256, hex, of the source and its companions. The order of the companions does not matter. */
export function rawChecksum(source: string, companions: readonly Companion[] = []): string {
  const own = sha256(lfNormalised(source));
  if (companions.length === 0) return own;
  const lines = companions.map(({ name, source: text }) =>
    text === null ? `missing  ${name}` : `${sha256(lfNormalised(text))}  ${name}`,
  );
  return sha256([`${own}  migration`, ...lines.sort(byName)].map((line) => `${line}\n`).join(''));
}

function byName(a: string, b: string): number {
  const [left, right] = [a.slice(a.indexOf('  ')), b.slice(b.indexOf('  '))];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What a direction does, as far as its checksum is concerned. */
export type Meaning =
  | { readonly kind: 'statements'; readonly statements: readonly SplitStatement[]; readonly transactional: boolean }
  | { readonly kind: 'irreversible' };

/** SHA-256, hex, of the canonical text of both directions. */
export function semanticChecksum(up: Meaning, down: Meaning): string {
  return sha256(`up ${canonicalMeaning(up)}down ${canonicalMeaning(down)}`);
}

function canonicalMeaning(meaning: Meaning): string {
  if (meaning.kind === 'irreversible') return 'irreversible\n';
  const head = meaning.transactional ? 'transactional\n' : 'alone\n';
  return head + meaning.statements.map((statement) => `${canonicalStatement(statement)};\n`).join('');
}

/** The tokens with one space between, words in lower case: SQL again, of the same meaning. */
export function canonicalStatement({ script, tokens }: SplitStatement): string {
  return tokens
    .map((token) => (token.kind === 'word' ? folded(script, token) : script.slice(token.start, token.end)))
    .join(' ');
}
