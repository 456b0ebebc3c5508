import type { MatrixData } from './designs.ts';

/** Rows of a piece of text. */
const PIECE = 1000;

/** A header y,x1,x2,... and the rows, piece by piece. */
export function* csvLines({ x, columns, y }: MatrixData): Generator<string> {
  yield `y,${Array.from({ length: columns }, (_, j) => `x${j + 1}`).join(',')}\n`;
  for (let first = 0; first < y.length; first += PIECE) {
    let text = '';
    for (let i = first; i < Math.min(y.length, first + PIECE); i++) {
      text += y[i]!;
      for (let j = 0; j < columns; j++) text += `,${x[i * columns + j]!.toFixed(4)}`;
      text += '\n';
    }
    yield text;
  }
}

export function csvOf(data: MatrixData): string {
  return [...csvLines(data)].join('');
}
