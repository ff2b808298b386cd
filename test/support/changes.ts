/** A Change as one line: `action kind subject: fields`. */
import type { Change } from '../../src/catalog/change.ts';
import { describe } from '../../src/catalog/describe.ts';

export function changeLine(change: Change): string {
  const head = `${change.action} ${change.object} ${describe(change).subject}`;
  return change.action === 'alter' ? `${head}: ${change.fields.map(({ field }) => field).join(', ')}` : head;
}
