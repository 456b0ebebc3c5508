import { painter } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { wrap } from './text.ts';

/** Widest line. */
const WIDTH = 100;

/** A title, and paragraphs beside their headings. */
export function headedText(title: string, parts: readonly (readonly [heading: string, text: string])[], terminal: Terminal): string {
  const paint = painter(terminal);
  const margin = Math.max(...parts.map(([heading]) => heading.length)) + 4;
  const lines = parts.flatMap(([heading, text]) => wrap(text, Math.min(terminal.width, WIDTH) - margin).map((line, index) => `  ${paint('dim', (index === 0 ? heading : '').padEnd(margin - 2))}${line}`));
  return `${paint('bold', title)}\n${lines.join('\n')}\n`;
}
