/** Where in a JSON text a value stands, so that a fault of the configuration names its line and column. */
import type { Place } from '../base/finding.ts';

export interface JsonMap {
  /** Offset of each value by JSON pointer; the offset of a member is that of its key. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Where the text stops being JSON; undefined when all of it is. */
  readonly broken: number | undefined;
}

/** Reads JSON only for its positions. Never throws. */
export function mapJson(text: string): JsonMap {
  const offsets = new Map<string, number>();
  const scanner = new Scanner(text, offsets);
  const complete = scanner.value('') && scanner.atEnd();
  return { offsets, broken: complete ? undefined : scanner.offset };
}

/** 1-based line and column of an offset. */
export function placeAt(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { file, line: before.split('\n').length, column: offset - start + 1 };
}

class Scanner {
  offset = 0;
  readonly text: string;
  readonly offsets: Map<string, number>;

  constructor(text: string, offsets: Map<string, number>) {
    this.text = text;
    this.offsets = offsets;
  }

  value(pointer: string): boolean {
    this.space();
    if (!this.offsets.has(pointer)) this.offsets.set(pointer, this.offset);
    if (this.eat('{')) return this.members('}', () => this.member(pointer));
    if (this.eat('[')) {
      let index = 0;
      return this.members(']', () => {
        const item = `${pointer}/${index}`;
        index += 1;
        return this.value(item);
      });
    }
    return this.token(STRING) !== undefined || this.token(SCALAR) !== undefined;
  }

  atEnd(): boolean {
    this.space();
    return this.offset === this.text.length;
  }

  private members(close: string, one: () => boolean): boolean {
    this.space();
    if (this.eat(close)) return true;
    do {
      if (!one()) return false;
      this.space();
    } while (this.eat(','));
    return this.eat(close);
  }

  private member(above: string): boolean {
    this.space();
    const start = this.offset;
    const key = this.token(STRING);
    if (key === undefined) return false;
    const pointer = `${above}/${keyOf(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    this.offsets.set(pointer, start);
    this.space();
    return this.eat(':') && this.value(pointer);
  }

  private space(): void {
    this.token(/[ \t\r\n]*/y);
  }

  private eat(char: string): boolean {
    if (this.text[this.offset] !== char) return false;
    this.offset += 1;
    return true;
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.offset += found.length;
    return found;
  }
}

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

function keyOf(token: string): string {
  return JSON.parse(token) as string;
}
