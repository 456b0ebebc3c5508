/** What fitPath and crossValidate take beside data in memory. */
import type { LossSpec, MissingPolicy, PenaltySpec } from '@scalemix/core';
import type { JobEvent } from '../events.ts';
import type { DataRequest, MachineRequest, ProblemRequest } from '../request.ts';

/** Data in files: what the command line takes. */
export interface FileData extends Omit<DataRequest, 'inputs' | 'missing' | 'categorical' | 'drop' | 'positive'> {
  /** Files and globs: .csv, .tsv, .parquet, .arrow, .libsvm. */
  readonly files: string | readonly string[];
  /** Of crossValidate: the column whose values are the folds. */
  readonly foldColumn?: string;
}

export interface FitPathOptions extends MachineRequest, Omit<ProblemRequest, 'penaltyFactors' | 'loss' | 'penalty'> {
  /** @default squared() */
  readonly loss?: LossSpec;
  /** @default lasso() */
  readonly penalty?: PenaltySpec;
  /** Factors of the penalty by column or feature name; 0 for none. @default 1 for each */
  readonly penaltyFactors?: Readonly<Record<string, number>>;
  /** Which class counts as 1. @default 1 of {0, 1}, true of booleans, the later of two in byte order */
  readonly positive?: string;
  /** Numeric columns to be taken as categories. */
  readonly categorical?: readonly string[];
  /** Which level of a category has no coefficient. @default 'first' */
  readonly drop?: 'first' | 'none';
  /** @default 'error' */
  readonly missing?: MissingPolicy;
  /** A file for the log from which `resumePath` goes on, should the fit be cut off. For data in files. @default none is kept */
  readonly checkpoint?: string;
  /** Ends the fit with its reason. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: JobEvent) => void;
}
