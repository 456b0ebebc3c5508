import { DuckDBTypeId } from '@duckdb/node-api';
import type { DuckDBPreparedStatement, DuckDBType } from '@duckdb/node-api';
import type { Missing } from '../missing.ts';
import type { TableColumn } from '../table.ts';
import { identifier, literal } from './engine.ts';

/** A column of a relation in DuckDB. */
export interface DuckColumn extends TableColumn {
  readonly kind: 'numeric' | 'text' | 'boolean' | 'unsupported';
  readonly type: string;
  /** DuckDB's name for it, which differs where names differ only by case. */
  readonly sqlName: string;
  /** As a category: by its number, or by its text (numbers that a double does not hold exactly). */
  readonly levelBy: 'number' | 'text';
  /** SQL for the column as doubles. */
  readonly doubles: string;
}

const EXACT_IN_DOUBLE: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.DOUBLE,
]);

/** FLOAT is here since its shortest form ('0.1') is not that of the double it becomes. */
const OTHER_NUMBERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DECIMAL,
]);

const WIDE_INTEGERS: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT, DuckDBTypeId.BIGNUM]);

/** Decimal digits that a double holds exactly. */
const EXACT_DIGITS = 15;

const TEXTS: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.VARCHAR, DuckDBTypeId.ENUM, DuckDBTypeId.UUID]);

/** The columns a prepared SELECT gives. A column of NULLs alone (SQLNULL) is numeric. */
export function columnsOf(statement: DuckDBPreparedStatement): DuckColumn[] {
  return Array.from({ length: statement.columnCount }, (_, index) => {
    const type = statement.columnType(index);
    const name = statement.columnName(index);
    const id: DuckDBTypeId = type.typeId;
    return { name, sqlName: name, type: typeName(type), kind: kindOf(id), levelBy: EXACT_IN_DOUBLE.has(id) ? 'number' : 'text', doubles: doublesSql(name, type) };
  });
}

function kindOf(id: DuckDBTypeId): DuckColumn['kind'] {
  if (EXACT_IN_DOUBLE.has(id) || OTHER_NUMBERS.has(id) || id === DuckDBTypeId.SQLNULL) return 'numeric';
  if (TEXTS.has(id)) return 'text';
  return id === DuckDBTypeId.BOOLEAN ? 'boolean' : 'unsupported';
}

function typeName(type: DuckDBType): string {
  return type.typeId === DuckDBTypeId.ENUM ? 'ENUM' : type.toString();
}

/**
 * DuckDB's cast of whole numbers of 128 bits and of decimals beyond 2^53 is off
 * by a unit in the last place now and then; by way of text it is exact.
 */
function doublesSql(name: string, type: DuckDBType): string {
  const wide = type.typeId === DuckDBTypeId.DECIMAL ? type.width > EXACT_DIGITS : WIDE_INTEGERS.has(type.typeId);
  return `${identifier(name)}${wide ? '::VARCHAR' : ''}::DOUBLE`;
}

/** SQL for a column as doubles, missing as NaN. */
export function numberSql(column: DuckColumn, missing: Missing): string {
  let value = column.doubles;
  if (column.kind === 'numeric') for (const number of missing.numbers) value = `nullif(${value}, ${literal(String(number))}::DOUBLE)`;
  return `coalesce(${value}, 'nan'::DOUBLE)`;
}

/** SQL for a column as text, missing as the empty text. */
export function textSql(column: DuckColumn): string {
  return `coalesce(${identifier(column.sqlName)}::VARCHAR, '')`;
}
