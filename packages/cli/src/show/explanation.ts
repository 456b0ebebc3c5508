/** What `--explain` says: what the engine chose and why, put together from its events. */
import type { JobEvent } from '@scalemix/coordinator';
import type { Terminal } from '../terminal.ts';
import { headedText } from './headed.ts';
import { bytes, counted, significant, thousands } from './numbers.ts';
import { REASONS } from './verdict.ts';

type Of<Type extends JobEvent['type']> = Extract<JobEvent, { readonly type: Type }>;

/** Sweeps that are listed one by one. */
const LISTED = 14;

export class Explanation {
  #loaded: Of<'loaded'> | null = null;
  #road: Of<'roadChosen'> | null = null;
  #sampled: Of<'sampled'> | null = null;
  #solved: Of<'sampleSolved'> | null = null;
  #ended: Of<'lockstepEnded'> | null = null;
  #done: Of<'done'> | null = null;
  /** Of a cluster: how often nodes joined and were lost, and what travelled. */
  readonly #cluster = { joined: 0, lost: 0, rows: 0, received: 0 };
  #replies = 0;
  #folds: Of<'foldsBegun'> | null = null;
  /** Before and after the road was chosen; those of the folds. */
  readonly #nullPasses: Of<'passBegun'>[] = [];
  readonly #passes: Of<'passBegun'>[] = [];
  readonly #foldPasses: Of<'passBegun'>[] = [];
  readonly #failed: Of<'valueDone'>[] = [];

  onEvent(event: JobEvent): void {
    switch (event.type) {
      case 'resumed':
        this.#replies = event.replies;
        break;
      case 'loaded':
        this.#loaded = event;
        break;
      case 'roadChosen':
        this.#road = event;
        break;
      case 'sampled':
        this.#sampled = event;
        break;
      case 'sampleSolved':
        this.#solved = event;
        break;
      case 'lockstepEnded':
        this.#ended = event;
        break;
      case 'foldsBegun':
        this.#folds = event;
        break;
      case 'passBegun':
        (this.#road === null ? this.#nullPasses : this.#folds === null ? this.#passes : this.#foldPasses).push(event);
        break;
      case 'valueDone':
        if (!event.converged) this.#failed.push(event);
        break;
      case 'nodeJoined':
        this.#cluster.joined++;
        break;
      case 'nodeLost':
        this.#cluster.lost++;
        break;
      case 'rowsSent':
        this.#cluster.rows += event.bytes;
        break;
      case 'passReduced':
        this.#cluster.received += event.bytesReceived;
        break;
      case 'done':
        this.#done = event;
    }
  }

  text(terminal: Terminal): string {
    const loaded = this.#loaded;
    const road = this.#road;
    const done = this.#done;
    if (loaded === null || road === null || done === null) return '';
    const parts: (readonly [heading: string, text: string])[] = [
      ['rows', rowsText(loaded, this.#replies)],
      ...this.#clusterParts(),
      ['features', featuresText(road)],
      ['way', roadText(road)],
      ...this.#sampleParts(road),
      ['sweeps', this.#sweepsText(road, done)],
      ...this.#setParts(road),
      ...this.#foldParts(),
      ['certified', this.#verdictText(road)],
    ];
    return headedText('How this was fitted', parts, terminal);
  }

  #clusterParts(): (readonly [string, string])[] {
    const { joined, lost, rows, received } = this.#cluster;
    if (joined === 0) return [];
    return [['cluster', `${counted(joined, 'node')} joined, ${lost} ${lost === 1 ? 'was' : 'were'} lost; ${bytes(rows)} of rows were sent, ${bytes(received)} of sums came back.`]];
  }

  #sampleParts(road: Of<'roadChosen'>): (readonly [string, string])[] {
    const parts: (readonly [string, string])[] = [];
    if (this.#sampled !== null) {
      parts.push(['sample', `${counted(this.#sampled.rows, 'row')}, drawn the more often the more they tell (leverage, class), about ${thousands(road.sampleRows)} wanted for ${counted(road.usable, 'feature')}. The whole path was solved on them first${this.#sampled.larger === null ? '' : `, then went on, all values at once, on a larger sample of ${thousands(this.#sampled.larger)}`}; that decides the speed and not the answer.`]);
    }
    if (this.#solved !== null) {
      const { anchors, fullAnchors } = this.#solved;
      parts.push(['anchors', `second derivatives at ${counted(anchors, 'value')} of the path, kept from the sample${fullAnchors === 0 ? '' : ` and corrected by those of all rows at ${fullAnchors}`}; in between they are interpolated.`]);
    }
    return parts;
  }

  #sweepsText(road: Of<'roadChosen'>, done: Of<'done'>): string {
    const spent = [
      '1 for means and moments',
      ...(this.#nullPasses.length > 0 ? [`${this.#nullPasses.length} for the null model`] : []),
      ...(this.#sampled === null ? [] : ['1 to draw the sample']),
      ...(road.road === 'rowSpace' ? ['1 to bring the rows here'] : []),
      ...(this.#passes.length > 0 ? [passesText(road, this.#passes)] : []),
      ...(this.#foldPasses.length > 0 ? [`${this.#foldPasses.length} for the folds`] : []),
    ];
    const left = this.#ended === null || this.#ended.open === 0 ? '' : ` ${counted(this.#ended.open, 'value')} stayed slow and ${this.#ended.open === 1 ? 'was' : 'were'} finished alone.`;
    return `${counted(done.sweeps, 'read')} of all rows: ${spent.join(', ')}.${left}`;
  }

  #setParts(road: Of<'roadChosen'>): (readonly [string, string])[] {
    const formed = this.#passes.filter(({ grams }) => grams > 0);
    if (road.road !== 'values' || formed.length === 0) return [];
    const largest = Math.max(...formed.map(({ gramFeatures }) => gramFeatures));
    return [['working sets', `steps were taken on up to ${thousands(largest)} of ${counted(road.usable, 'feature')}; all gradients were checked before a value was accepted.`]];
  }

  #foldParts(): (readonly [string, string])[] {
    if (this.#folds === null) return [];
    const spent = this.#foldPasses.length > 0 && this.#folds.way === 'together' ? ` ${vectorsText(this.#foldPasses)}.` : '';
    return [['folds', `${foldsText(this.#folds)}${spent}`]];
  }

  #verdictText(road: Of<'roadChosen'>): string {
    if (this.#failed.length === 0) return `${road.values === 1 ? 'the value is' : `all ${road.values} values are`}, by the sweep that evaluated ${road.values === 1 ? 'it' : 'them'}.`;
    const groups = Map.groupBy(this.#failed, ({ reason }) => reason ?? 'STALLED');
    const told = [...groups].map(([reason, values]) => {
      const lambdas = values.slice(0, 3).map(({ lambda }) => significant(lambda));
      return `${counted(values.length, 'value')} (lambda ${lambdas.join(', ')}${values.length > 3 ? ' ...' : ''}): ${reason}, ${REASONS[reason] ?? 'no further progress'}`;
    });
    return `${road.values - this.#failed.length} of ${counted(road.values, 'value')}. Not: ${told.join('; ')}.`;
  }
}

function rowsText(loaded: Of<'loaded'>, replies: number): string {
  const where = loaded.held === 'nodes' ? `${bytes(loaded.bytes)}, which the nodes read by themselves` : loaded.spilled > 0 ? `${bytes(loaded.bytes)} in memory and ${bytes(loaded.spilled)} in a file that every sweep reads (--memory)` : `${bytes(loaded.bytes)} in memory`;
  const resumed = replies > 0 ? ` ${counted(replies, 'reply', 'replies')} came from the log.` : '';
  return `${thousands(loaded.rows)}, ${where}; ${counted(loaded.threads, 'thread')}, kernel ${loaded.kernel} (${loaded.kernelReason}).${resumed}`;
}

function featuresText({ features, usable }: Of<'roadChosen'>): string {
  return usable === features ? `${thousands(features)}, all of which vary.` : `${thousands(features)}, of which ${thousands(features - usable)} ${features - usable === 1 ? 'does' : 'do'} not vary and ${features - usable === 1 ? 'has' : 'have'} the coefficient 0.`;
}

/** Which way, and why. */
export function roadText({ road, why, rows, features, usable, values, sampleRows }: Omit<Of<'roadChosen'>, 'type'>): string {
  if (road === 'moments') return `from moments: a sum of squares of ${counted(features, 'feature')} is known whole once their cross moments are, so that one read of the rows serves every value.`;
  if (road === 'lockstep') return `${values === 1 ? 'begun on a sample' : `all ${values} values at once, begun on a sample`}: ${thousands(rows)} rows are many beside the ${thousands(sampleRows)} of a sample for ${counted(usable, 'feature')}.`;
  if (road === 'rowSpace') return `in the space of the rows: a ridge solution is made of the ${counted(rows, 'row')}, fewer than the ${counted(features, 'feature')}; the rows were brought here, and ${values === 1 ? 'the value' : 'every value'} solved in as many unknowns.`;
  const each = values === 1 ? 'Newton steps on all rows' : 'value by value, each started where the one before ended';
  if (why === 'noFeatures') return 'the constant alone: no feature varies that could have a coefficient.';
  if (why === 'manyFeatures') return `${each}: matrices of all ${counted(usable, 'feature')} at several values would take too much memory.`;
  if (why === 'unpenalised') return `${each}: something is not penalised, and what has no proven gap does not advance with others.`;
  return `${each}: ${counted(rows, 'row')} for ${counted(usable, 'feature')} are so few that a sample, of ${thousands(sampleRows)}, would save nothing.`;
}

/** How the folds are fitted, and why. */
export function foldsText({ way, folds, rows, features }: Pick<Of<'foldsBegun'>, 'way' | 'folds' | 'rows' | 'features'>): string {
  if (way === 'moments') return `${folds}, from moments that are kept fold by fold: no further read of the rows.`;
  if (way === 'together') return `${folds}, all values of all of them at once, begun at the path of all rows: what a fold leaves out changes little where there are ${thousands(rows)} rows for ${counted(features, 'feature')}.`;
  return `${folds}, one after the other, value by value: ${thousands(rows)} rows for ${counted(features, 'feature')} are so few that each fold has a path of its own.`;
}

function passesText({ road }: Of<'roadChosen'>, passes: readonly Of<'passBegun'>[]): string {
  if (road === 'lockstep' || road === 'rowSpace') return vectorsText(passes);
  if (road === 'moments') return `${passes.length} where the fit is so close that moments have lost its digits`;
  return `${passes.length} for the values`;
}

/** `3 with 100, 40, 2 vectors of coefficients`. */
function vectorsText(passes: readonly Of<'passBegun'>[]): string {
  const columns = passes.slice(0, LISTED).map((pass) => thousands(pass.columns));
  return `${passes.length} with ${columns.join(', ')}${passes.length > LISTED ? ' ...' : ''} ${passes.length === 1 && passes[0]!.columns === 1 ? 'vector' : 'vectors'} of coefficients`;
}
