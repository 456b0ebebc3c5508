/** Processes that are disturbed in the middle of their work: at a point of the work, not at a time. */
import type { ChildProcess } from 'node:child_process';
import process from 'node:process';

export interface Point {
  /** Part of the name of a file that the process writes piece by piece, such as its log or its events. */
  readonly file: string;
  /** In the middle of the record that this byte of the file lies in; or, after it, the record that holds this text. */
  readonly after: number | string;
  /** What the process sends itself then. */
  readonly signal: NodeJS.Signals;
  /** A file that is there from then on. */
  readonly told?: string;
}

/** Variables of the environment for the process. */
export function atPoint(point: Point): Record<string, string> {
  const preload = `--import=${new URL('./signalItself.mjs', import.meta.url).href}`;
  return { NODE_OPTIONS: [process.env['NODE_OPTIONS'], preload].filter(Boolean).join(' '), SCALEMIX_TEST_POINT: JSON.stringify(point) };
}

/** Lets a process go on that stops itself: again and again, as it may not have stopped yet when it has told that it does. */
export function goOn(child: ChildProcess): void {
  const timer = setInterval(() => child.kill('SIGCONT'), 50);
  child.once('exit', () => clearInterval(timer));
  if (child.exitCode !== null || child.signalCode !== null) clearInterval(timer);
}
