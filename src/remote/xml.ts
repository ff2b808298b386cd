/**
 * Reads the XML that S3 answers: elements and text, no attributes that matter, no mixed content. Strict, because an
 * answer that was cut short must be a fault and never a short list: the usual lenient readers take it for one.
 */

export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

interface Open {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<\/([^\s>]+)\s*>|<([^\s/>!?]+)(?:\s[^>]*?)?(\/?)>|([^<]+)/y;

/** The root element. Throws an Error for anything that is not one whole element. */
export function parseXml(source: string): Element {
  const top: Open = { name: '', text: '', children: [] };
  const stack: Open[] = [top];
  const token = new RegExp(TOKEN);
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const found = token.exec(source);
    if (!found) throw new Error(`it is no XML from byte ${at} on`);
    step(stack, found);
  }
  const [root, ...more] = top.children;
  if (stack.length > 1) throw new Error(`it ends inside <${stack.at(-1)?.name}>`);
  if (!root || more.length > 0 || top.text.trim() !== '') throw new Error('it is not one XML element');
  return root;
}

function step(stack: Open[], [, closed, opened, empty, text]: RegExpExecArray): void {
  const here = stack.at(-1);
  if (text !== undefined && here) here.text += unescaped(text);
  if (opened !== undefined) {
    const element: Open = { name: opened, text: '', children: [] };
    here?.children.push(element);
    if (!empty) stack.push(element);
  }
  if (closed === undefined) return;
  if (stack.length < 2 || here?.name !== closed) throw new Error(`</${closed}> closes nothing`);
  stack.pop();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, dec?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(dec) : Number.parseInt(hex, 16));
  });
}

/** Text of the first child of that name; null: there is none. */
export function textOf({ children }: Element, name: string): string | null {
  return children.find((child) => child.name === name)?.text ?? null;
}

export function allOf({ children }: Element, name: string): readonly Element[] {
  return children.filter((child) => child.name === name);
}
