/** A hundred random moments each. */
import { test } from 'vitest';
import { serverTarget } from '../support/database.ts';
import { rounds } from './migrate-kill.ts';
import { killServer } from './migrate-server.ts';
import { killTool } from './migrate-tool.ts';

test('kill -9 of the tool', () => killTool(serverTarget(), rounds(100)));
test('kill -9 of the server', () => killServer(rounds(100)));
