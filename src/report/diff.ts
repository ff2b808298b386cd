/** What changes in a file, as `diff -u` writes it. Pure text. */

/** Lines around a change. */
const CONTEXT = 3;

/** `before` null: a new file. Empty when nothing differs. */
export function unifiedDiff(file: string, before: string | null, after: string): string {
  const [old, now] = [before === null ? [] : linesOf(before), linesOf(after)];
  const hunks = hunksOf(compared(old, now));
  if (hunks.length === 0) return '';
  const head = [`--- ${before === null ? '/dev/null' : `a/${file}`}`, `+++ b/${file}`];
  return [...head, ...hunks].join('\n');
}

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** By the longest common subsequence, between what both begin and end with: migrations are short. */
function compared(old: readonly string[], now: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const same = (lines: readonly string[]): Line[] => lines.map((text) => ({ sign: ' ', text }));
  const middle = changes(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return [...same(old.slice(0, head)), ...middle, ...same(old.slice(old.length - tail))];
}

function changes(old: readonly string[], now: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ sign: ' ', text: old[i] ?? '' });
      [i, j] = [i + 1, j + 1];
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: old[i] ?? '' });
      i += 1;
    } else {
      lines.push({ sign: '+', text: now[j] ?? '' });
      j += 1;
    }
  }
  return lines;
}

function hunksOf(lines: readonly Line[]): readonly string[] {
  const near = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' ');
  const out: string[] = [];
  for (let from = 0; from < lines.length; ) {
    if (!near(from)) {
      from += 1;
      continue;
    }
    let to = from;
    while (to < lines.length && near(to)) to += 1;
    out.push(hunk(lines, from, to));
    from = to;
  }
  return out;
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const count = (part: readonly Line[], other: '-' | '+'): number => part.filter(({ sign }) => sign !== other).length;
  const [before, inside] = [lines.slice(0, from), lines.slice(from, to)];
  const side = (other: '-' | '+'): string => {
    const length = count(inside, other);
    return `${count(before, other) + (length > 0 ? 1 : 0)},${length}`;
  };
  return [`@@ -${side('+')} +${side('-')} @@`, ...inside.map(({ sign, text }) => sign + text)].join('\n');
}
