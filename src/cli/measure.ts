/** Numbers of the progress display: a bar, a rate, the time left. Pure, so that the two displays agree. */

export interface Meter {
  readonly done: number;
  readonly total?: number | undefined;
  readonly unit?: string | undefined;
  readonly text?: string | undefined;
  /** Milliseconds since the task began. */
  readonly elapsed: number;
}

const BAR = 24;

/** `━━━━━━━━────────`, filled to `share` (0 to 1). */
export function bar(share: number, width = BAR): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '━'.repeat(filled) + '─'.repeat(width - filled);
}

/** `7/12 migrations · 3.4/s · 2 s left · 007_create_bookings`. The rate is left out when the text gives one. */
export function meterText(meter: Meter): string {
  const { done, total, unit = '', elapsed, text } = meter;
  const amount = unit === 'bytes' ? bytes : count;
  const of = total === undefined ? '' : `/${amount(total)}`;
  const named = unit === '' || unit === 'bytes' ? '' : ` ${unit}`;
  const parts = [`${amount(done)}${of}${named}`];
  const rate = elapsed >= 500 ? (done / elapsed) * 1000 : 0;
  if (rate > 0 && !text?.endsWith('/s')) parts.push(`${unit === 'bytes' ? bytes(rate) : count(rate)}/s`);
  if (rate > 0 && total !== undefined && total > done) parts.push(`${duration(((total - done) / rate) * 1000)} left`);
  if (text) parts.push(text);
  return parts.join(' · ');
}

function count(value: number): string {
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(Math.round(ms / 1000) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(ms / 1000) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
