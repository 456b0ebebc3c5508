/**
 * How a job goes, on standard error: on a terminal one line that is rewritten,
 * elsewhere a few plain lines, nothing when quiet.
 */
import type { JobEvent } from '@scalemix/coordinator';
import type { Terminal } from '../terminal.ts';
import { counted, duration, short } from './numbers.ts';

/** Milliseconds between two states of the line. */
const INTERVAL = 100;

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly write: (text: string) => void;
  readonly quiet: boolean;
  /** Milliseconds. @default performance.now */
  readonly now?: () => number;
}

interface State {
  phase: 'reading' | 'fitting' | 'done';
  rowsRead: number;
  began: number;
  fitBegan: number;
  pass: number;
  columns: number;
  passRows: number;
  passRowsDone: number;
  rowsSwept: number;
  /** Of the path, then of all folds. */
  values: number;
  valuesDone: number;
  /** Whether the values are those of the folds, and when these began. */
  folds: boolean;
  valuesBegan: number;
}

export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #state: State;
  #shownAt = -Infinity;
  #shown = '';
  #quartersSaid = 0;
  #saidAt = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const began = this.#now();
    this.#state = { phase: 'reading', rowsRead: 0, began, fitBegan: began, pass: 0, columns: 0, passRows: 0, passRowsDone: 0, rowsSwept: 0, values: 0, valuesDone: 0, folds: false, valuesBegan: began };
  }

  /** Takes in an event and shows what changed. */
  onEvent(event: JobEvent): void {
    if (this.#options.quiet) return;
    this.#take(event);
    if (this.#options.terminal.isTTY) this.#rewrite(event.type === 'loaded');
    else this.#say(event);
  }

  /** Takes the line away, so that what follows stands on a clean one. */
  clear(): void {
    if (this.#shown !== '') this.#options.write('\r\u001b[K');
    this.#shown = '';
  }

  #take(event: JobEvent): void {
    const state = this.#state;
    switch (event.type) {
      case 'reading':
        state.rowsRead = event.rows;
        break;
      case 'loaded':
        state.phase = 'fitting';
        state.rowsRead = event.rows;
        state.fitBegan = this.#now();
        state.valuesBegan = state.fitBegan;
        break;
      case 'passBegun':
        state.pass = event.pass;
        state.columns = event.columns;
        state.passRows = event.rows;
        state.passRowsDone = 0;
        break;
      case 'passProgress':
        state.passRowsDone = event.rowsDone;
        break;
      case 'passDone':
        state.rowsSwept += event.rows;
        state.passRows = 0;
        state.passRowsDone = 0;
        break;
      case 'valueDone':
        state.values = event.values;
        state.valuesDone++;
        break;
      case 'foldsProgress':
        this.#takeFolds(event.done, event.columns);
        break;
      case 'done':
        state.phase = 'done';
    }
  }

  #takeFolds(done: number, values: number): void {
    const state = this.#state;
    if (!state.folds) {
      state.folds = true;
      state.valuesBegan = this.#now();
      this.#quartersSaid = 0;
    }
    state.values = values;
    state.valuesDone = done;
  }

  #rewrite(atOnce: boolean): void {
    const now = this.#now();
    if (!atOnce && now - this.#shownAt < INTERVAL) return;
    this.#shownAt = now;
    const line = this.#state.phase === 'done' ? '' : this.#line(now);
    if (line === this.#shown) return;
    this.#shown = line;
    this.#options.write(`\r\u001b[K${line}`);
  }

  #line(now: number): string {
    const state = this.#state;
    const { unicode, width } = this.#options.terminal;
    const seconds = (now - state.began) / 1000;
    if (state.phase === 'reading') {
      const rate = state.rowsRead > 0 && seconds > 0.5 ? `  ${short(state.rowsRead / seconds)} rows/s` : '';
      return `Reading ${counted(state.rowsRead, 'row')}${rate}`.slice(0, width - 1);
    }
    const fitSeconds = (now - state.fitBegan) / 1000;
    const share = state.values === 0 ? 0 : state.valuesDone / state.values;
    const valuesSeconds = (now - state.valuesBegan) / 1000;
    const rate = (state.rowsSwept + state.passRowsDone) / Math.max(fitSeconds, 1e-3);
    const running = state.passRows > 0 ? ` ${Math.floor((100 * state.passRowsDone) / state.passRows)} %` : '';
    const parts = [
      state.values === 0 ? '' : `${bar(share, 12, unicode)} ${state.valuesDone}/${state.values} values${state.folds ? ' of folds' : ''}`,
      share > 0.05 && share < 1 ? `${duration((valuesSeconds * (1 - share)) / share)} left` : '',
      // Least squares has one sweep, which is over before the first value.
      state.pass === 0 ? (state.valuesDone === 0 ? 'Preparing' : '') : `sweep ${state.pass}${state.columns > 1 ? ` (${state.columns} at once)` : ''}${running}`,
      rate > 0 ? `${short(rate)} rows/s` : '',
    ];
    return parts.filter((part) => part !== '').join(unicode ? ' · ' : ' | ').slice(0, width - 1);
  }

  /** Plain lines: what was read, each quarter of the values that takes its time, and no more. */
  #say(event: JobEvent): void {
    const state = this.#state;
    if (event.type === 'nodeLost') this.#options.write(`Lost node ${event.node}: ${unnamed(event)}\n`);
    if (event.type === 'nodeRefused') this.#options.write(`Node ${event.node} refuses: ${unnamed(event)}\n`);
    if (event.type === 'resumed') this.#options.write(`The log holds ${counted(event.replies, 'reply', 'replies')}.\n`);
    if (event.type === 'loaded') {
      const dropped = event.dropped > 0 ? `, ${counted(event.dropped, 'row')} dropped for missing values` : '';
      this.#options.write(`Read ${counted(event.rows, 'row')} of ${counted(event.features, 'feature')} in ${duration(event.seconds)}${dropped}.\n`);
    }
    if (event.type !== 'valueDone' && event.type !== 'foldsProgress') return;
    const quarter = Math.floor((4 * state.valuesDone) / state.values);
    const seconds = (this.#now() - state.fitBegan) / 1000;
    if (quarter === this.#quartersSaid || quarter === 4 || seconds < this.#saidAt + 2) return;
    this.#quartersSaid = quarter;
    this.#saidAt = seconds;
    this.#options.write(`${state.valuesDone} of ${state.values} values${state.folds ? ' of folds' : ''} done, ${state.pass === 0 ? '' : `sweep ${state.pass}, `}${duration(seconds)}.\n`);
  }
}

function bar(share: number, width: number, unicode: boolean): string {
  const full = Math.round(share * width);
  return unicode ? `${'█'.repeat(full)}${'░'.repeat(width - full)}` : `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** What became of a node, which most reasons begin with the name of. */
function unnamed({ node, reason }: { readonly node: string; readonly reason: string }): string {
  const name = `Node ${node}: `;
  return reason.startsWith(name) ? reason.slice(name.length) : reason;
}
