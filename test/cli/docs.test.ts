/** The pages that are printed from the code are fresh. `npm run golden` renews them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpText } from '../../src/cli/help.ts';
import { cliReference, errorsReference } from './reference.ts';

const PAGES: readonly (readonly [string, () => string])[] = [
  ['docs/cli.md', cliReference],
  ['docs/errors.md', errorsReference],
  ['README.md', readme],
];

test.each(PAGES.filter(([file]) => existsSync(file) || file !== 'README.md'))(
  '%s is what the code says; if not: npm run golden',
  (file, text) => {
    if (process.env.UPDATE) writeFileSync(file, text());
    expect(readFileSync(file, 'utf8')).toBe(text());
  },
);

/** The README with its usage block renewed, where it has one. */
function readme(): string {
  const block = `<!-- usage -->\n\`\`\`text\n${helpText([])?.trimEnd()}\n\`\`\`\n<!-- /usage -->`;
  return readFileSync('README.md', 'utf8').replace(/<!-- usage -->[\s\S]*?<!-- \/usage -->/, () => block);
}
