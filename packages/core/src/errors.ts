/**
 * What went wrong, in the terms of the command line's exit codes:
 * `usage` 2, `data` 3, `failure` 1, `cluster` 5.
 */
export type ErrorKind = 'usage' | 'data' | 'failure' | 'cluster';

/**
 * Every error a caller can meet. Match on `code`, which is stable; the message
 * says subject, problem, values and remedy, in that order, and may be reworded.
 */
export class ScalemixError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ScalemixError';
    this.kind = kind;
    this.code = code;
  }
}

/** The request is wrong: an option, a combination of options, a name. Exit code 2. */
export class UsageError extends ScalemixError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super('usage', code, message, options);
    this.name = 'UsageError';
  }
}

/** The data are wrong: a file, a column, a value. Exit code 3. */
export class DataError extends ScalemixError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super('data', code, message, options);
    this.name = 'DataError';
  }
}

/** The program failed at what it should have been able to do. Exit code 1. */
export class FailureError extends ScalemixError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super('failure', code, message, options);
    this.name = 'FailureError';
  }
}
