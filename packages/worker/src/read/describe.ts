import type { BatchColumn, Table, TableColumn } from './table.ts';

/** What `describeTable` tells of a table. */
export interface TableSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

export type ColumnSummary = NumericSummary | BooleanSummary | TextSummary | SparseSummary | UnsupportedSummary;

interface Named {
  readonly name: string;
  /** The type in the file, where it states one. */
  readonly type: string | null;
}

export interface NumericSummary extends Named {
  readonly kind: 'numeric';
  readonly missing: number;
  readonly infinite: number;
  /** Of the finite values; null where there are none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Divided by n. */
  readonly standardDeviation: number | null;
}

export interface BooleanSummary extends Named {
  readonly kind: 'boolean';
  readonly missing: number;
  readonly true: number;
  readonly false: number;
}

export interface TextSummary extends Named {
  readonly kind: 'text';
  readonly missing: number;
  readonly levels: number;
  /** The most frequent levels, at most ten; equally frequent ones in order of first appearance. */
  readonly mostFrequent: readonly { readonly level: string; readonly count: number }[];
}

export interface SparseSummary extends Named {
  readonly kind: 'sparse';
  readonly width: number;
  /** Values stored, of rows x width. */
  readonly stored: number;
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
}

export interface UnsupportedSummary extends Named {
  readonly kind: 'unsupported';
}

const MOST_FREQUENT = 10;

/** Sees the values of one column, batch by batch. */
interface Observer {
  take(column: BatchColumn): void;
  summary(): ColumnSummary;
}

/**
 * Reads a table once and says what its columns hold.
 * @throws DataError as `batches` does
 */
export async function describeTable(table: Table, signal?: AbortSignal): Promise<TableSummary> {
  const readable = table.columns.filter(({ kind }) => kind !== 'unsupported');
  const observers = new Map(readable.map((column) => [column, observerOf(column)]));
  const taking = [...observers.values()];
  let rows = 0;
  for await (const batch of table.batches({ columns: readable.map(({ name }) => name), ...(signal === undefined ? {} : { signal }) })) {
    batch.columns.forEach((column, index) => taking[index]!.take(column));
    rows += batch.rows;
  }
  return { rows, columns: table.columns.map((column) => observers.get(column)?.summary() ?? { ...named(column), kind: 'unsupported' }) };
}

function named({ name, type }: TableColumn): Named {
  return { name, type: type ?? null };
}

function observerOf(column: TableColumn): Observer {
  switch (column.kind) {
    case 'text':
      return new TextObserver(column);
    case 'boolean':
      return new BooleanObserver(column);
    case 'sparse':
      return new SparseObserver(column);
    case 'numeric':
    case 'unsupported':
      return new NumericObserver(column);
  }
}

/** Mean and deviation by Welford's update, which does not cancel. */
class NumericObserver implements Observer {
  private readonly column: TableColumn;
  private missing = 0;
  private infinite = 0;
  private finite = 0;
  private min = Infinity;
  private max = -Infinity;
  private mean = 0;
  private squares = 0;

  constructor(column: TableColumn) {
    this.column = column;
  }

  take(column: BatchColumn): void {
    if (column.kind !== 'numeric') return;
    for (const value of column.values) {
      if (value !== value) this.missing++;
      else if (value === Infinity || value === -Infinity) this.infinite++;
      else {
        const delta = value - this.mean;
        this.mean += delta / ++this.finite;
        this.squares += delta * (value - this.mean);
        if (value < this.min) this.min = value;
        if (value > this.max) this.max = value;
      }
    }
  }

  summary(): NumericSummary {
    const { missing, infinite, finite } = this;
    const some = finite > 0;
    return {
      ...named(this.column),
      kind: 'numeric',
      missing,
      infinite,
      min: some ? this.min : null,
      max: some ? this.max : null,
      mean: some ? this.mean : null,
      standardDeviation: some ? Math.sqrt(this.squares / finite) : null,
    };
  }
}

class BooleanObserver implements Observer {
  private readonly column: TableColumn;
  private missing = 0;
  private ones = 0;
  private zeros = 0;

  constructor(column: TableColumn) {
    this.column = column;
  }

  take(column: BatchColumn): void {
    if (column.kind !== 'numeric') return;
    for (const value of column.values) {
      if (value === 1) this.ones++;
      else if (value === 0) this.zeros++;
      else this.missing++;
    }
  }

  summary(): BooleanSummary {
    return { ...named(this.column), kind: 'boolean', missing: this.missing, true: this.ones, false: this.zeros };
  }
}

class TextObserver implements Observer {
  private readonly column: TableColumn;
  private missing = 0;
  private counts = new Float64Array(256);
  private levels: readonly string[] = [];

  constructor(column: TableColumn) {
    this.column = column;
  }

  take(column: BatchColumn): void {
    if (column.kind !== 'text') return;
    this.levels = column.levels;
    if (this.levels.length > this.counts.length) {
      const counts = new Float64Array(2 * this.levels.length);
      counts.set(this.counts);
      this.counts = counts;
    }
    for (const code of column.codes) {
      if (code < 0) this.missing++;
      else this.counts[code]!++;
    }
  }

  summary(): TextSummary {
    const { counts, levels } = this;
    const order = levels.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
    const mostFrequent = order.slice(0, MOST_FREQUENT).map((code) => ({ level: levels[code]!, count: counts[code]! }));
    return { ...named(this.column), kind: 'text', missing: this.missing, levels: levels.length, mostFrequent };
  }
}

class SparseObserver implements Observer {
  private readonly column: TableColumn;
  private stored = 0;
  private missing = 0;
  private min = Infinity;
  private max = -Infinity;

  constructor(column: TableColumn) {
    this.column = column;
  }

  take(column: BatchColumn): void {
    if (column.kind !== 'sparse') return;
    this.stored += column.values.length;
    for (const value of column.values) {
      if (value !== value) this.missing++;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
    }
  }

  summary(): SparseSummary {
    const some = this.min <= this.max;
    const { stored, missing } = this;
    return { ...named(this.column), kind: 'sparse', width: this.column.width ?? 0, stored, missing, min: some ? this.min : null, max: some ? this.max : null };
  }
}
