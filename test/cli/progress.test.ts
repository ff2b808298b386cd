/** The two displays: what a log shows, and what a terminal shows in the end. */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/base/runtime.ts';
import { bar, bytes, duration, meterText } from '../../src/cli/measure.ts';
import type { Display } from '../../src/cli/note.ts';
import { observe } from '../../src/cli/observer.ts';
import { terminalDisplay } from '../../src/cli/progress.ts';
import { lineDisplay } from '../../src/cli/progress-lines.ts';
import type { Stream } from '../../src/cli/screen.ts';

function paper(terminal: boolean): Stream & { readonly text: () => string } {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return { terminal, color: false, width: terminal ? 80 : undefined, write, text: () => text };
}

const STORY: readonly Event[] = [
  { kind: 'note', level: 'info', text: 'before' },
  { kind: 'start', task: 'up', title: 'Apply 2 migrations' },
  { kind: 'start', task: 'a', title: '001_a', parent: 'up' },
  { kind: 'progress', task: 'up', done: 1, total: 2, unit: 'migrations' },
  { kind: 'done', task: 'a', text: '3 statements' },
  { kind: 'note', level: 'warning', text: 'slow disk' },
  { kind: 'start', task: 'b', title: '002_b', parent: 'up' },
  { kind: 'fail', task: 'b' },
  { kind: 'fail', task: 'up', text: '1 of 2' },
  { kind: 'start', task: 'next', title: 'Clean up' },
  { kind: 'done', task: 'next' },
];

async function tell(display: Display, pause = 0): Promise<void> {
  for (const event of STORY) {
    display.show(event);
    if (pause > 0) await sleep(pause);
  }
  await display.close();
}

test('lines', async () => {
  const err = paper(false);
  await tell(lineDisplay(err));
  const timeless = err.text().replace(/\d+ ms/g, 'N ms');
  expect(timeless.split('\n')).toEqual([
    'before',
    '  ✔ 001_a: 3 statements (N ms)',
    'warning: slow disk',
    '  ✖ 002_b (N ms)',
    '✖ Apply 2 migrations: 1 of 2 (N ms)',
    '✔ Clean up (N ms)',
    '',
  ]);
});

test.each([0, 30])('terminal, events %i ms apart', async (pause) => {
  const stream = new PassThrough();
  let drawn = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    drawn += text;
  });
  const err = paper(true);
  await tell(terminalDisplay(err, stream), pause);
  const text = stripVTControlCharacters(drawn);
  expect(text).toContain('Apply 2 migrations 1 of 2');
  expect(text).toContain('Clean up');
  expect(err.text()).toBe('before\n');
  // The cursor is shown again at the end.
  expect(drawn.lastIndexOf('\u001b[?25h')).toBeGreaterThan(drawn.lastIndexOf('\u001b[?25l'));
  if (pause > 0) expect(text).toContain('━━━━━━━━━━━━──────────── 1/2 migrations');
});

describe('observe', () => {
  test('quiet shows nothing, and quick work draws nothing on a terminal', async () => {
    for (const [terminal, quiet] of [
      [false, true],
      [true, true],
      [true, false],
    ] as const) {
      const err = paper(terminal);
      const { emit, close } = observe(err, { quiet });
      for (const event of STORY) emit(event);
      await close();
      expect(err.text()).toBe(quiet ? '' : 'before\nwarning: slow disk\n');
    }
  });
});

test('numbers', () => {
  expect(bar(0.5, 4)).toBe('━━──');
  expect([bar(-1, 2), bar(7, 2)]).toEqual(['──', '━━']);
  expect([0, 999, 1000, 59_949, 125_000, 3_780_000].map(duration)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.9 s',
    '2 min 5 s',
    '1 h 3 min',
  ]);
  expect([512, 2048, 5e9].map(bytes)).toEqual(['512 B', '2.0 KiB', '4.7 GiB']);
  const meter = { done: 1500, total: 3000, unit: 'rows', elapsed: 1000 };
  expect(meterText(meter)).toBe('1,500/3,000 rows · 1,500/s · 1.0 s left');
  expect(meterText({ done: 1048576, unit: 'bytes', elapsed: 100 })).toBe('1.0 MiB');
  expect(meterText({ ...meter, text: '9 MiB/s' })).toBe('1,500/3,000 rows · 1.0 s left · 9 MiB/s');
});
