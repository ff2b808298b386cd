/** Outcome to text for people: aligned columns, findings with place and hint. Width and colour are given, not guessed. */
import type { Block, Cell, Finding, Level, Outcome, Tone } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import { type Paint, paint } from './paint.ts';
import { cut, displayWidth, padded } from './width.ts';

export interface TableStyle {
  readonly color: boolean;
  /** Columns of the terminal; undefined: not a terminal, nothing is cut. */
  readonly width?: number | undefined;
}

export function tableReport({ view, findings }: Outcome, style: TableStyle): string {
  return viewText(view, style) + (findings.length > 0 ? findingsText(findings, style) : '');
}

export function viewText(view: readonly Block[], style: TableStyle): string {
  const brush = paint(style.color);
  return view.map((block) => blockText(block, brush, style.width)).join('');
}

/** Findings one under the other, errors first, each with its advice; then the sum. Ends with a line feed. */
export function findingsText(findings: readonly Finding[], style: TableStyle): string {
  const brush = paint(style.color);
  const sorted = [...findings].sort((a, b) => RANK[a.level] - RANK[b.level]);
  return `${sorted.map((one) => findingText(one, brush)).join('\n')}\n${brush.quiet(sum(findings))}\n`;
}

const RANK: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 };
const SIGNS: Readonly<Record<Level, readonly [string, Tone]>> = {
  error: ['✖', 'bad'],
  warning: ['▲', 'warn'],
  note: ['●', 'quiet'],
};

function findingText(one: Finding, brush: Paint): string {
  const [sign, tone] = SIGNS[one.level];
  const lines = [`${brush.tone(tone, sign)} ${brush.strong(one.subject)}  ${maskSecrets(one.message)}`];
  const where = one.place ? `${one.place.file}:${one.place.line}:${one.place.column}` : '';
  lines.push(brush.quiet([where, one.code].filter(Boolean).join('  ')));
  if (one.hint) lines.push(`${brush.accent('→')} ${maskSecrets(one.hint)}`);
  return lines.map((line, index) => (index === 0 ? line : indented(line))).join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function sum(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const count = findings.filter((one) => one.level === level).length;
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? '' : 's'}`];
  });
  return parts.join(', ');
}

function blockText(block: Block, brush: Paint, width: number | undefined): string {
  switch (block.kind) {
    case 'verbatim':
      return block.text.endsWith('\n') || block.text === '' ? block.text : `${block.text}\n`;
    case 'text':
      return `${block.tone ? brush.tone(block.tone, block.text) : block.text}\n`;
    case 'table':
      return tableText(block.head, block.rows, brush, width);
  }
}

function tableText(head: readonly string[], rows: readonly (readonly Cell[])[], brush: Paint, width?: number): string {
  const natural = head.map((title, index) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(plain(row[index])))),
  );
  const widths = width === undefined ? natural : narrowed(natural, width);
  const line = (cells: readonly Cell[], all?: Tone): string => {
    const texts = widths.map((size, index) => {
      const text = padded(cut(plain(cells[index]), size), index === widths.length - 1 ? 0 : size);
      const tone = all ?? toneOf(cells[index]);
      return tone ? brush.tone(tone, text) : text;
    });
    return `${texts.join('  ').trimEnd()}\n`;
  };
  return line(head, 'quiet') + rows.map((row) => line(row)).join('');
}

/** A cell is one line: a line feed inside would break the column. */
function plain(cell: Cell | undefined): string {
  const text = typeof cell === 'object' ? cell.text : (cell ?? '');
  return text.replace(/\r?\n/g, '⏎').replace(/\t/g, ' ');
}

function toneOf(cell: Cell | undefined): Tone | undefined {
  return typeof cell === 'object' ? cell.tone : undefined;
}

/** Takes from the widest column, one by one, until the row fits; no column gets narrower than 8. */
function narrowed(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural];
  let spare = width - 2 * (widths.length - 1) - widths.reduce((total, size) => total + size, 0);
  while (spare < 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const size = widths[widest] ?? 0;
    if (size <= 8) break;
    widths[widest] = size - 1;
    spare += 1;
  }
  return widths;
}
