/** Projects with an embedded server of their own, stopped and removed after each test. */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import type { Context } from '../../src/commands/command.ts';
import { type Config, DEFAULTS } from '../../src/config/schema.ts';
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded, stopEmbedded } from '../../src/server/embedded.ts';
import { project } from './project.ts';

export interface EmbeddedProject {
  readonly root: string;
  /** As a command sees it. */
  readonly context: Context;
  readonly start: (more?: Partial<EmbeddedOptions>) => Promise<EmbeddedServer>;
  readonly stop: () => Promise<boolean>;
}

/** Killing processes loses nothing without fsync; only a crash of the machine would. */
const FAST = { fsync: 'off' };

/** Call at the top level; the function it returns makes a project. `mode`: of the project folder, default 0755. */
export function useEmbedded(): (mode?: number) => EmbeddedProject {
  const made: EmbeddedProject[] = [];
  afterEach(async () => {
    for (const one of made.splice(0)) {
      await one.stop();
      for (const place of placesOutside(one.root)) rmSync(place, { recursive: true, force: true });
    }
  });
  return (mode = 0o755) => {
    const root = project();
    chmodSync(root, mode);
    const options: EmbeddedOptions = { runtime: realRuntime(), root, dir: '.strata', version: 'auto', settings: FAST };
    const config: Config = { ...DEFAULTS, root, file: null, environment: null, target: null };
    const one: EmbeddedProject = {
      root,
      context: { config, runtime: options.runtime },
      start: (more = {}) => startEmbedded({ ...options, ...more }),
      stop: () => stopEmbedded(options),
    };
    made.push(one);
    return one;
  };
}

/** What home.ts made for a project whose folder is closed to the server's user. */
function placesOutside(root: string): readonly string[] {
  const base = '/var/lib/strata';
  const names = existsSync(base) ? readdirSync(base) : [];
  return names.filter((name) => name.startsWith(`${basename(root)}-`)).map((name) => join(base, name));
}
