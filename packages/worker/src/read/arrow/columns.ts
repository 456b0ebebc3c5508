import { Type } from '@uwdata/flechette';
import type { Batch as ArrowBatch, Column, DataType } from '@uwdata/flechette';
import { DataError } from '@scalemix/core';
import type { InputFile } from '../bytes.ts';
import { MISSING } from '../levels.ts';
import type { Levels } from '../levels.ts';
import type { TableColumn } from '../table.ts';
import { corrupt } from './messages.ts';

export interface ArrowColumn extends TableColumn {
  readonly kind: 'numeric' | 'text' | 'boolean' | 'unsupported';
  readonly type: string;
}

/** @throws DataError DUPLICATE_COLUMN */
export function arrowColumns(file: InputFile, fields: readonly { name: string; type: DataType }[]): ArrowColumn[] {
  const seen = new Set<string>();
  return fields.map(({ name, type }) => {
    if (seen.has(name)) throw new DataError('DUPLICATE_COLUMN', `${file.name}: two columns are named '${name}'; rename one of them`);
    seen.add(name);
    return { name, kind: kindOf(valueType(type)), type: typeName(valueType(type)) };
  });
}

/** The type of the values behind a dictionary or run ends. */
function valueType(type: DataType): DataType {
  if (type.typeId === Type.Dictionary) return valueType(type.dictionary);
  if (type.typeId === Type.RunEndEncoded) return valueType(type.children[1]!.type);
  return type;
}

function kindOf({ typeId }: DataType): ArrowColumn['kind'] {
  switch (typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
    case Type.Null:
      return 'numeric';
    case Type.Bool:
      return 'boolean';
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return 'text';
    default:
      return 'unsupported';
  }
}

function typeName({ typeId }: DataType): string {
  return Object.entries(Type).find(([, id]) => id === typeId)?.[0] ?? `type ${typeId}`;
}

/** Reads rows [from, to) of a numeric or boolean column as doubles, missing as NaN. */
export function readDoubles(column: Column<unknown>, missing: readonly number[], from: number, to: number, into: Float64Array, offset: number): void {
  const batch = column.data[0];
  const values = batch === undefined ? null : directValues(batch);
  if (values === null) {
    const scale = scaleOf(column.type);
    for (let row = from; row < to; row++) into[offset + row - from] = asDouble(column.at(row), scale);
  } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let row = from; row < to; row++) into[offset + row - from] = Number(values[row]!);
    markNulls(batch!, from, to, into, offset);
  } else {
    into.set(values.subarray(from, to), offset);
    markNulls(batch!, from, to, into, offset);
  }
  if (missing.length > 0) {
    for (let at = offset; at < offset + to - from; at++) if (missing.includes(into[at]!)) into[at] = Number.NaN;
  }
}

/** Digits behind the point of a decimal type, which come as whole numbers; 0 for other types. */
function scaleOf(type: DataType): number {
  const values = valueType(type);
  return values.typeId === Type.Decimal ? values.scale : 0;
}

function asDouble(value: unknown, scale: number): number {
  if (value === null || value === undefined) return Number.NaN;
  return scale === 0 ? Number(value) : Number(`${String(value)}e${-scale}`);
}

/** Values of whole and floating-point types as they lie in memory; null for types that need decoding. */
function directValues(batch: ArrowBatch<unknown>): Exclude<ArrowBatch<unknown>['values'], undefined> | null {
  const { type, values } = batch;
  const isHalf = type.typeId === Type.Float && values instanceof Uint16Array;
  return (type.typeId === Type.Int || type.typeId === Type.Float) && !isHalf ? values : null;
}

function markNulls(batch: ArrowBatch<unknown>, from: number, to: number, into: Float64Array, offset: number): void {
  if (batch.nullCount === 0) return;
  for (let row = from; row < to; row++) if (!batch.isValid(row)) into[offset + row - from] = Number.NaN;
}

/** Codes of one column; dictionaries are turned into codes once as long as they stay the same. */
export class ArrowCodes {
  private readonly levels: Levels;
  private readonly file: () => InputFile;
  private dictionaryCodes: Int32Array = new Int32Array(0);
  private dictionaryKey = '';

  /** @param file the file being read, for messages */
  constructor(levels: Levels, file: () => InputFile) {
    this.levels = levels;
    this.file = file;
  }

  /** @param key differs where dictionaries do */
  read(column: Column<unknown>, key: string, from: number, to: number, into: Int32Array, offset: number): void {
    const batch = column.data[0];
    if (batch === undefined) return;
    const { typeId } = column.type;
    if (typeId === Type.Dictionary) this.readDictionary(column, batch, key, from, to, into, offset);
    else if (typeId === Type.Utf8 || typeId === Type.LargeUtf8) this.readUtf8(batch, from, to, into, offset);
    else for (let row = from; row < to; row++) into[offset + row - from] = this.codeOf(batch.at(row), batch);
  }

  private readUtf8(batch: ArrowBatch<unknown>, from: number, to: number, into: Int32Array, offset: number): void {
    const { offsets, nullCount } = batch;
    const bytes = batch.values as Uint8Array;
    let start = Number(offsets[from]!);
    for (let row = from; row < to; row++) {
      const end = Number(offsets[row + 1]!);
      if (end < start || end > bytes.length) throw corrupt(this.file(), 'the offsets of a text column are damaged');
      into[offset + row - from] = nullCount > 0 && !batch.isValid(row) ? MISSING : this.levels.codeOfBytes(bytes, start, end);
      start = end;
    }
  }

  private readDictionary(column: Column<unknown>, batch: ArrowBatch<unknown>, key: string, from: number, to: number, into: Int32Array, offset: number): void {
    const dictionary = (batch as unknown as { dictionary: Column<unknown> }).dictionary;
    if (this.dictionaryKey !== key) {
      // codes are given in order of first appearance among the rows, not in the dictionary
      this.dictionaryCodes = new Int32Array(dictionary.length).fill(UNSEEN);
      this.dictionaryKey = key;
    }
    const codes = this.dictionaryCodes;
    const { values } = batch;
    for (let row = from; row < to; row++) {
      if (batch.nullCount > 0 && !batch.isValid(row)) {
        into[offset + row - from] = MISSING;
        continue;
      }
      const index = Number(values[row]!);
      let code = codes[index];
      if (code === undefined) throw corrupt(this.file(), `column of type ${typeName(column.type)} refers to entry ${index} of a dictionary of ${dictionary.length}`);
      if (code === UNSEEN) code = codes[index] = this.codeOf(dictionary.at(index), dictionary.data[0]!);
      into[offset + row - from] = code;
    }
  }

  private codeOf(value: unknown, batch: ArrowBatch<unknown>): number {
    if (value === null || value === undefined) return MISSING;
    const scale = scaleOf(batch.type);
    if (scale !== 0) return this.levels.codeOfString(`${String(value)}e${-scale}`);
    if (typeof value !== 'number') return this.levels.codeOfString(String(value));
    return batch.values instanceof Float32Array ? (Number.isNaN(value) ? MISSING : this.levels.codeOfString(shortestSingle(value))) : this.levels.codeOfValue(value);
  }
}

const UNSEEN = -2;

/** The shortest decimal that rounds to a float32: 0.1, not 0.10000000149011612. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}
