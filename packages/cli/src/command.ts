/** What a command is: what help says of it, its options, and what it does. */
import type { Options, Settings } from './options/option.ts';
import type { Output } from './output.ts';

export interface Command<Table extends Options = Options> {
  readonly name: string;
  /** Positional arguments as yargs writes them: `<files..>`. */
  readonly positionals: readonly Positional[];
  readonly describe: string;
  /** Said below the options. */
  readonly epilogue?: string;
  readonly options: Table;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Milliseconds that ending in good order may take after a signal. @default 3000 */
  readonly patience?: number;
  /** Whether a command line of its own follows after `--`. */
  readonly takesCommand?: boolean;
  /** The exit code. Loads what it needs when it runs, so that help needs nothing. */
  run(call: Call<Table>): Promise<number>;
}

export interface Positional {
  readonly name: 'files' | 'model' | 'log' | 'job';
  readonly describe: string;
  readonly many: boolean;
}

/** One use of a command. */
export interface Call<Table extends Options> {
  readonly inputs: readonly string[];
  readonly model: string;
  readonly log: string;
  readonly job: string;
  readonly settings: Settings<Table>;
  readonly output: Output;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The words after `--`, of a command that takes one. */
  readonly words: readonly string[];
  readonly program: Program;
}

/** The command line itself, for commands that carry out others. */
export interface Program {
  /** Reads a command line without running it. @throws UsageError as running it would */
  check(words: readonly string[]): Promise<Checked>;
  /** @returns its exit code */
  run(words: readonly string[], signal: AbortSignal): Promise<number>;
}

/** A command line that can be run. */
export interface Checked {
  readonly command: Command;
  readonly inputs: readonly string[];
  readonly log: string;
  readonly settings: Settings<Options>;
}

/** Keeps the types of a command's options. */
export function defineCommand<Table extends Options>(command: Command<Table>): Command<Table> {
  return command;
}
