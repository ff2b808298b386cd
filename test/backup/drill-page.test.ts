/** The page of all drills: complete, and whatever a report holds is text in it. */
import { expect, test } from 'vitest';
import { drillsPage } from '../../src/backup/drill-page.ts';
import type { DrillReport } from '../../src/backup/drill-report.ts';
import { finding } from '../../src/base/finding.ts';

const report = (more: Partial<DrillReport> = {}): DrillReport => ({
  strata_drill: 1,
  id: '20261122T034500Z-1a2b3c4d',
  tool: 'strata-pg 0.1.0',
  host: 'box',
  user: 'ops',
  started_at: '2026-11-22T03:45:00.000Z',
  finished_at: '2026-11-22T03:46:00.000Z',
  result: 'proved',
  backup: {
    ...{ id: '20261122T021500Z-00000000', manifest_sha256: 'ab', at: '2026-11-22T02:15:00.000Z', database: 'shop' },
    ...{ server: '17.11', schema_version: '090', snapshot_hash: 'cd', size: 1, tables: 2, rows: 345678 },
  },
  backup_id: '20261122T021500Z-00000000',
  server: '17.11',
  rto_ms: 12_345,
  rpo_ms: 5_400_000,
  phases: [{ name: 'restore', result: 'passed', ms: 11_000, text: 'catalog, 2 tables compared' }],
  findings: [],
  ...more,
});

test('shows each drill with its times, who did it, and where its report is', () => {
  const failed = report({
    ...{
      id: '20261129T034500Z-1a2b3c4e',
      result: 'failed' as const,
      rto_ms: null,
      started_at: '2026-11-29T03:45:00.000Z',
    },
    findings: [finding({ code: 'drill/restore', level: 'error', subject: 'b', message: '500 rows instead of 501' })],
  });
  const page = drillsPage([failed, report()]);
  for (const text of ['12.3 s', '1.5 h', '345678', 'ops on box', 'shop', '1 of 2', 'error: b: 500 rows instead of 501'])
    expect(page).toContain(text);
  for (const { id } of [failed, report()])
    for (const ending of ['md', 'json']) expect(page).toContain(`href="${id}.${ending}"`);
  // The newest proof is not the newest drill.
  expect(page).toContain('<dt>last proof</dt><dd>2026-11-22T03:45:00.000Z</dd>');
  expect(page.match(/<rect /g)).toHaveLength(2);
});

test('asks nobody for anything: no scripts, no addresses', () => {
  const page = drillsPage([report()]);
  expect(page).toContain(`default-src 'none'`);
  expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import|javascript:/i);
});

test('nothing in a report becomes markup', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='x'>&`;
  const page = drillsPage([
    report({
      ...{ id: evil, host: evil, user: evil, backup_id: evil, started_at: evil, result: evil as 'failed' },
      backup: { ...(report().backup as NonNullable<DrillReport['backup']>), database: evil, rows: evil as never },
      phases: [{ name: evil as 'restore', result: evil as 'passed', ms: 1, text: evil }],
      findings: [finding({ code: 'drill/restore', level: evil as 'error', subject: evil, message: evil })],
    }),
  ]);
  expect(page).not.toMatch(/<script|<img|onerror='/);
  // Every attribute ends where it should: what is left of the tags has no stray quote.
  const tags = page.slice(page.indexOf('<body>')).match(/<[^>]*>/g) ?? [];
  expect(tags.filter((tag) => !/^<\/?[a-z][a-z0-9]*( [a-zA-Z-]+="[^"<>]*")*>$/.test(tag))).toEqual([]);
});

test('does with what is left of a report, and without any', () => {
  const { strata_drill, id, started_at, backup_id, result } = report();
  const bare = { strata_drill, id, started_at, backup_id, result, phases: [] } as unknown as DrillReport;
  expect(drillsPage([bare])).not.toMatch(/undefined|NaN/);
  expect(drillsPage([])).toContain('No drills yet');
});
