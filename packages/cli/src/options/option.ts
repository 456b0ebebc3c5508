/**
 * What an option is: how its text is read and how help shows it. The command
 * line, the config file and shell completion all work from these.
 */
import { UsageError } from '@scalemix/core';
import { splitList } from './list.ts';

export interface Option<Value> {
  /** Heading it stands under in help. */
  readonly group: string;
  readonly describe: string;
  /** Shown in help in place of the value; absent for a switch. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  /** Whether the option may be given more than once, its texts being joined. */
  readonly repeatable?: boolean;
  /** Short for its name: `-o`. */
  readonly letter?: string;
  /** A switch is true or, with `--no-`, false. */
  readonly isSwitch?: boolean;
  /** @throws UsageError BAD_OPTION_VALUE */
  readonly read: (texts: readonly string[], flag: string) => Value;
}

/** A table of options by name; names are those of the flags, without dashes. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** What the options of a table were given as; undefined where they were not. */
export type Settings<Table extends Options> = {
  readonly [Name in keyof Table]: (Table[Name] extends Option<infer Value> ? Value : never) | undefined;
};

type Shown = Pick<Option<unknown>, 'group' | 'describe' | 'letter'>;

export function badValue(flag: string, given: string, expected: string): UsageError {
  return new UsageError('BAD_OPTION_VALUE', `${flag} must be ${expected}; ${given === '' ? 'nothing' : JSON.stringify(given)} was given.`);
}

export function text(placeholder: string, shown: Shown): Option<string> {
  return { ...shown, placeholder, read: (texts, flag) => nonEmpty(texts[0]!, flag, 'some text') };
}

/** @param later choices of a later release, answered by name */
export function choice<Choice extends string>(choices: readonly Choice[], shown: Shown, later: readonly string[] = []): Option<Choice> {
  return {
    ...shown,
    choices,
    placeholder: choices.join('|'),
    read: (texts, flag) => {
      const found = choices.find((candidate) => candidate === texts[0]);
      if (found !== undefined) return found;
      if (later.includes(texts[0]!)) throw new UsageError('NOT_AVAILABLE', `${flag} ${texts[0]} is not in this release; there are ${choices.join(', ')}.`);
      throw badValue(flag, texts[0]!, `one of ${choices.join(', ')}`);
    },
  };
}

/** Names separated by commas; a name with a comma is quoted ("a,b"). */
export function names(shown: Shown): Option<string[]> {
  return {
    ...shown,
    placeholder: 'NAMES',
    repeatable: true,
    read: (texts, flag) => texts.flatMap((list) => splitList(list).map((name) => nonEmpty(name, flag, 'names separated by commas'))),
  };
}

export interface NumberRange {
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
}

export function number(range: NumberRange, shown: Shown): Option<number> {
  return { ...shown, placeholder: 'NUMBER', read: (texts, flag) => readNumber(texts[0]!, flag, range) };
}

export function numbers(range: NumberRange, shown: Shown): Option<number[]> {
  return {
    ...shown,
    placeholder: 'NUMBERS',
    repeatable: true,
    read: (texts, flag) => texts.flatMap((list) => splitList(list).map((item) => readNumber(item, flag, range))),
  };
}

export function toggle(shown: Shown): Option<boolean> {
  return { ...shown, isSwitch: true, read: (texts) => texts[0] === 'true' };
}

/** An option whose text is read by a function of its own. */
export function custom<Value>(placeholder: string, read: (texts: readonly string[], flag: string) => Value, shown: Shown & { readonly repeatable?: boolean }): Option<Value> {
  return { ...shown, placeholder, read };
}

function nonEmpty(value: string, flag: string, expected: string): string {
  if (value === '') throw badValue(flag, value, expected);
  return value;
}

function readNumber(given: string, flag: string, range: NumberRange): number {
  const value = given.trim() === '' ? NaN : Number(given);
  if (!Number.isFinite(value) || !range.accepts(value)) throw badValue(flag, given, range.expected);
  return value;
}
