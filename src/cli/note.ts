/** What the displays share: their shape, and how a note looks. */
import type { Event } from '../base/runtime.ts';
import { paint } from '../report/paint.ts';

export interface Display {
  readonly show: (event: Event) => void;
  /** Settles when nothing moves any more, so that the report can follow. */
  readonly close: () => Promise<void>;
}

export function noteText(note: Extract<Event, { kind: 'note' }>, color: boolean): string {
  const brush = paint(color);
  return note.level === 'warning' ? `${brush.tone('warn', 'warning:')} ${note.text}\n` : `${brush.quiet(note.text)}\n`;
}
