/**
 * What a response becomes: the number itself, a probability, or 1 for the
 * positive class and 0 for the others. Only rows that count are shown to an
 * encoder; what it stores of a text response are codes, which become 1 for the
 * class that `describe` finds to be positive.
 */
import { DataError, UsageError, listNames } from '@scalemix/core';
import type { ResponseDescription } from '@scalemix/core';
import type { ResponseFacts } from './facts.ts';
import { compareLevels } from './levels.ts';
import type { LoadOptions } from './options.ts';
import type { Roles } from './roles.ts';

export interface ResponseEncoder {
  /** What to store for a value (a text column's code) of row `row`, whose number of trials is `trials`. */
  encode(value: number, trials: number, row: number): number;
  /** What was shown. @param levels of a text response */
  facts(levels: readonly string[]): ResponseFacts;
  /** What the facts of all rows make of it; it depends on nothing that was shown to this encoder. */
  describe(facts: ResponseFacts): ResponseDescription;
}

/** Where a row stands, for messages. */
export type Locate = (row: number) => string;

export function responseEncoder(roles: Roles, options: LoadOptions, locate: Locate): ResponseEncoder {
  const { name, kind } = roles.response;
  if (options.responseKind === 'numeric') return new NumberResponse(name, locate);
  if (options.trials !== undefined) return new TrialsResponse(name, options.trials, locate);
  if (kind === 'text') return new TextClasses(name, options.positive);
  if (options.positive !== undefined) return new NumberClasses(name, options.positive, kind === 'boolean');
  return new ProbabilityResponse(name, kind === 'boolean', locate);
}

function numericDescription(name: string, trials: string | null = null): ResponseDescription {
  return { name, kind: 'numeric', positive: null, negative: null, trials };
}

/** Of a response without classes. */
const NOTHING_SEEN: ResponseFacts = { seen: [], positive: false, most: null };

class NumberResponse implements ResponseEncoder {
  readonly #name: string;
  readonly #locate: Locate;

  constructor(name: string, locate: Locate) {
    this.#name = name;
    this.#locate = locate;
  }

  encode(value: number, _trials: number, row: number): number {
    if (value - value !== 0) throw nonFinite(this.#name, value, this.#locate(row));
    return value;
  }

  facts(): ResponseFacts {
    return NOTHING_SEEN;
  }

  describe(): ResponseDescription {
    return numericDescription(this.#name);
  }
}

class TrialsResponse implements ResponseEncoder {
  readonly #name: string;
  readonly #trials: string;
  readonly #locate: Locate;

  constructor(name: string, trials: string, locate: Locate) {
    this.#name = name;
    this.#trials = trials;
    this.#locate = locate;
  }

  encode(value: number, trials: number, row: number): number {
    if (!(value >= 0 && value <= trials)) {
      throw new DataError(
        'RESPONSE_OUT_OF_RANGE',
        `Response ${JSON.stringify(this.#name)} is ${value} of ${trials} trials (${JSON.stringify(this.#trials)}) in ${this.#locate(row)}; successes must lie between 0 and the trials.`,
      );
    }
    return value / trials;
  }

  facts(): ResponseFacts {
    return NOTHING_SEEN;
  }

  describe(): ResponseDescription {
    return numericDescription(this.#name, this.#trials);
  }
}

/** Stands for any number between 0 and 1. */
const FRACTION = 'fraction';

/** Numbers in [0, 1]: the classes 0 and 1 where there are no others. */
class ProbabilityResponse implements ResponseEncoder {
  readonly #name: string;
  readonly #boolean: boolean;
  readonly #locate: Locate;
  #zeros = false;
  #ones = false;
  #fractions = false;

  constructor(name: string, boolean: boolean, locate: Locate) {
    this.#name = name;
    this.#boolean = boolean;
    this.#locate = locate;
  }

  encode(value: number, _trials: number, row: number): number {
    if (value === 0) this.#zeros = true;
    else if (value === 1) this.#ones = true;
    else if (value > 0 && value < 1) this.#fractions = true;
    else {
      throw new DataError(
        'RESPONSE_OUT_OF_RANGE',
        `Response ${JSON.stringify(this.#name)} is ${value} in ${this.#locate(row)}; this loss needs values between 0 and 1. If the numbers stand for classes, name the one that counts as 1 with --positive.`,
      );
    }
    return value === 0 ? 0 : value;
  }

  facts(): ResponseFacts {
    const seen = [...(this.#zeros ? ['0'] : []), ...(this.#ones ? ['1'] : []), ...(this.#fractions ? [FRACTION] : [])];
    return { seen, positive: this.#ones, most: null };
  }

  describe({ seen }: ResponseFacts): ResponseDescription {
    if (seen.includes(FRACTION)) return numericDescription(this.#name);
    const [negative, positive] = this.#boolean ? ['false', 'true'] : ['0', '1'];
    const ones = seen.includes('1');
    if (!ones || !seen.includes('0')) throw oneClass(this.#name, ones ? positive! : negative!);
    return { name: this.#name, kind: 'classes', positive: positive!, negative: negative!, trials: null };
  }
}

/** Distinct numbers that are remembered for messages. */
const REMEMBERED = 1000;

/** One number against the rest. */
class NumberClasses implements ResponseEncoder {
  readonly #name: string;
  readonly #positive: string;
  readonly #boolean: boolean;
  readonly #value: number;
  /** Numbers that are not the positive one. */
  readonly #others = new Set<number>();
  #positiveSeen = false;

  constructor(name: string, positive: string, boolean: boolean) {
    this.#name = name;
    this.#positive = positive;
    this.#boolean = boolean;
    const truth = boolean ? ['false', 'true'].indexOf(positive.trim().toLowerCase()) : -1;
    this.#value = truth >= 0 ? truth : positive.trim() === '' ? NaN : Number(positive);
  }

  encode(value: number): number {
    if (value === this.#value) {
      this.#positiveSeen = true;
      return 1;
    }
    if (this.#others.size < REMEMBERED) this.#others.add(value);
    return 0;
  }

  facts(): ResponseFacts {
    return { seen: Array.from(this.#others, String), positive: this.#positiveSeen, most: REMEMBERED };
  }

  describe({ seen, positive }: ResponseFacts): ResponseDescription {
    const text = (value: number): string => (this.#boolean ? (value === 1 ? 'true' : 'false') : String(value));
    const others = seen.map(Number).sort((a, b) => a - b);
    if (!positive) throw unknownClass(this.#name, this.#positive, others.map(text));
    if (others.length === 0) throw oneClass(this.#name, text(this.#value));
    return { name: this.#name, kind: 'classes', positive: text(this.#value), negative: others.length === 1 ? text(others[0]!) : null, trials: null };
  }
}

/** One of two texts, or the named one against the rest. */
class TextClasses implements ResponseEncoder {
  readonly #name: string;
  readonly #positive: string | undefined;
  readonly #seen = new Set<number>();

  constructor(name: string, positive: string | undefined) {
    this.#name = name;
    this.#positive = positive;
  }

  encode(code: number): number {
    this.#seen.add(code);
    return code;
  }

  facts(levels: readonly string[]): ResponseFacts {
    return { seen: Array.from(this.#seen, (code) => levels[code]!), positive: false, most: null };
  }

  describe({ seen }: ResponseFacts): ResponseDescription {
    const classes = seen.toSorted(compareLevels);
    const positive = this.#positive === undefined ? classes.at(-1)! : findClass(classes, this.#positive);
    if (positive === undefined) throw unknownClass(this.#name, this.#positive!, classes);
    if (classes.length === 1) throw oneClass(this.#name, classes[0]!);
    if (classes.length > 2 && this.#positive === undefined) {
      throw new DataError(
        'MANY_CLASSES',
        `Response ${JSON.stringify(this.#name)} has ${classes.length} classes: ${listNames(classes)}. This loss takes two: name the one that counts as 1 with --positive.`,
      );
    }
    const other = classes.length === 2 ? classes.find((name) => name !== positive)! : null;
    return { name: this.#name, kind: 'classes', positive, negative: other, trials: null };
  }
}

/** The class of that name, or else the one that is the same number. */
function findClass(classes: readonly string[], name: string): string | undefined {
  if (classes.includes(name)) return name;
  const value = name.trim() === '' ? NaN : Number(name);
  return classes.find((other) => other.trim() !== '' && Number(other) === value);
}

function unknownClass(name: string, positive: string, classes: readonly string[]): UsageError {
  return new UsageError('UNKNOWN_CLASS', `Response ${JSON.stringify(name)} has no class ${JSON.stringify(positive)} (--positive). Its classes are ${listNames(classes)}.`);
}

function oneClass(name: string, only: string): DataError {
  return new DataError('ONE_CLASS_RESPONSE', `Response ${JSON.stringify(name)} has one class only: ${JSON.stringify(only)} in every row that counts. Two are needed.`);
}

/** An infinite value, or one beyond what the storage can hold. */
export function nonFinite(column: string, value: number, place: string): DataError {
  return new DataError('NON_FINITE_VALUE', `Column ${JSON.stringify(column)} is ${value} in ${place}; finite numbers are needed. Leave the row out, or mark the value as missing.`);
}
