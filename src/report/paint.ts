/** Colour; the only importer of chalk. Whether there is colour is decided by cli/, never guessed here. */
import { Chalk } from 'chalk';
import type { Tone } from '../base/finding.ts';

export interface Paint {
  readonly tone: (tone: Tone, text: string) => string;
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly accent: (text: string) => string;
}

export function paint(color: boolean): Paint {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    quiet: chalk.dim,
    strong: chalk.bold,
  };
  return { tone: (tone, text) => tones[tone](text), strong: chalk.bold, quiet: chalk.dim, accent: chalk.cyan };
}
