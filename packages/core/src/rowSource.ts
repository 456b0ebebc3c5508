/**
 * All the solver sees of the data, whether an array in memory, a thread pool or
 * a cluster stands behind it.
 */
import type { SampleSelector } from './block/choice.ts';
import type { TakenRows } from './block/takenRows.ts';
import type { Moments, MomentsRequest } from './statistics/moments.ts';
import type { PassRequest, PassResult } from './statistics/passRequest.ts';

export interface RowSource extends SomeRows {
  /** The rows that the selector chooses, where they lie: nothing is moved, every read chooses them or knows the choice. */
  choose(selector: SampleSelector): SomeRows;
  /** The rows that the selector chooses, brought here as a source of their own with the same features; one read of the rows. For few rows that are read often. */
  gather(selector: SampleSelector, options?: ReadOptions): Promise<RowSource>;
  /** The rows that the selector chooses, brought here as arrays; one read of the rows. For few rows whose products with one another are wanted. */
  take(selector: SampleSelector, options?: ReadOptions): Promise<TakenRows>;
  /** Lets the rows go; nothing can be asked of them any more. */
  close(): void;
}

/** All rows of a source, or some of them in their places: in the leaves of the same tree. */
export interface SomeRows {
  /** Of the whole source: its rows fix the tree. */
  describe(): Description;
  /** Weights, means, variances and cross moments with the response; one read of the rows. */
  moments(request: MomentsRequest, options?: ReadOptions): Promise<Moments>;
  /** One pass: a pure function of its request, one round, no global number inside it. */
  evaluate(request: PassRequest, options?: ReadOptions): Promise<PassResult>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Called now and then with the rows done so far in this read. */
  readonly onProgress?: (rowsDone: number) => void;
}

/**
 * Runs independent pieces of the solver's own work (M-steps of different
 * columns): in order by itself, on the pool in a job. Results come in the
 * order of `items`, whatever the order they were computed in.
 */
export interface Executor {
  map<Work extends keyof SolverWork>(
    work: Work,
    shared: SolverWork[Work]['shared'],
    items: readonly SolverWork[Work]['item'][],
  ): Promise<SolverWork[Work]['result'][]>;
}

/** The works an executor knows, by name: structured-cloneable data in and out. Rooms of solve/ add theirs by declaration merging. */
export interface SolverWork {}

export interface Description {
  /** All numbered rows, those dropped or with weight zero included: it fixes the tree. */
  readonly rows: number;
  /** Rows of a leaf of the reduction tree. */
  readonly leafRows: number;
  /** Predictor columns, in file order. */
  readonly columns: readonly ColumnDescription[];
  /** Names of the p features, in the order of coefficients: columns in file order, levels in byte order. */
  readonly features: readonly string[];
  /** What was subtracted from each feature before it was stored (0 for levels and sparse features). Coefficients of a pass refer to stored values. */
  readonly centres: Float64Array;
  readonly response: ResponseDescription;
  /** Near the response's mean: moments are taken of the response less this. 0 for classes. */
  readonly responseCentre: number;
  readonly hasOffset: boolean;
  /** The folds that rows hold; null where they hold none. */
  readonly folds: FoldsDescription | null;
  /** Rows left out by `--missing drop`. */
  readonly dropped: number;
  /** kernelIdText of the kernels that answer passes. */
  readonly kernel: string;
}

export interface ColumnDescription {
  readonly name: string;
  readonly type: 'numeric' | 'categorical' | 'sparse';
  /** All levels in byte order, for a categorical column. */
  readonly levels: readonly string[] | null;
  /** Whether the first level has no feature of its own. */
  readonly dropFirst: boolean;
  readonly missing: MissingDescription;
  /** Features of this column: [first, count] into `features`; an indicator of missing values is the last of them. */
  readonly features: readonly [first: number, count: number];
}

export interface MissingDescription {
  /** Missing values met while loading. */
  readonly count: number;
  /** What a missing value became: the column's mean, or its most frequent level. null: missing is an error, or drops the row. */
  readonly fill: number | string | null;
  /** Whether the feature `column=missing` marks them. */
  readonly indicator: boolean;
}

export interface FoldsDescription {
  readonly column: string;
  /** The column's values, in the order of their folds. */
  readonly values: readonly string[];
}

export interface ResponseDescription {
  readonly name: string;
  /** 'classes': 1 where the value is `positive`, 0 elsewhere. */
  readonly kind: 'numeric' | 'classes';
  readonly positive: string | null;
  readonly negative: string | null;
  readonly trials: string | null;
}
