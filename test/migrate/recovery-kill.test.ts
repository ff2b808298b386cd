/** A sample of the drills (test/drill/migrate.test.ts): kill -9 at random moments. */
import { test } from 'vitest';
import { killServer } from '../drill/migrate-server.ts';
import { killTool } from '../drill/migrate-tool.ts';
import { serverTarget } from '../support/database.ts';

test('kill -9 of the tool at three random moments', { timeout: 180_000 }, () => killTool(serverTarget(), 3));
test('kill -9 of the server at three random moments', { timeout: 300_000 }, () => killServer(3));
