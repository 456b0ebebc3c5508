import type { DuckDBConnection } from '@duckdb/node-api';
import { DataError } from '@scalemix/core';
import { fileHead, isGzip } from '../bytes.ts';
import { csvLayout } from '../csv/table.ts';
import type { Inputs } from '../inputs.ts';
import { missingMarkers } from '../missing.ts';
import type { ReadOptions } from '../options.ts';
import { literal, pathLiteral } from './engine.ts';
import { parquetFiles, parquetSql } from './parquet.ts';

const SQL_TYPES = { numeric: 'DOUBLE', text: 'VARCHAR', boolean: 'BOOLEAN', commas: 'VARCHAR' } as const;

/**
 * The SELECT behind the table `data` that a query sees. Parquet keeps its types;
 * the columns of a CSV file are DOUBLE, BOOLEAN or VARCHAR, as without a query
 * (a date is VARCHAR: `hour(date::TIMESTAMP)`).
 */
export async function dataView(connection: DuckDBConnection, inputs: Inputs, options: ReadOptions): Promise<string> {
  if (inputs.format === 'parquet') {
    await parquetFiles(connection, inputs.files);
    return inputs.files.map((file) => `SELECT * FROM ${parquetSql(file)}`).join(' UNION ALL ');
  }
  const { heads, columns } = await csvLayout(inputs, options);
  checkNamesBeyondCase(inputs, columns.map((column) => column.name));
  const { texts } = missingMarkers(options.na);
  const selects: string[] = [];
  for (const { file, delimiter } of heads) {
    const gzip = isGzip(await fileHead(file.path, 2));
    // the line end is left to DuckDB: stating new_line = '\r\n' makes it find no rows
    const settings = [
      'auto_detect = false',
      'header = true',
      `delim = ${literal(String.fromCharCode(delimiter))}`,
      `quote = '"'`,
      `escape = '"'`,
      'strict_mode = true',
      'hive_partitioning = false',
      `compression = '${gzip ? 'gzip' : 'none'}'`,
      `nullstr = [${[...texts].map(literal).join(', ')}]`,
      `columns = {${columns.map(({ name, kind }) => `${literal(name)}: '${SQL_TYPES[kind]}'`).join(', ')}}`,
    ];
    selects.push(`SELECT * FROM read_csv([${pathLiteral(file.path)}], ${settings.join(', ')})`);
  }
  return selects.join(' UNION ALL ');
}

function checkNamesBeyondCase(inputs: Inputs, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined) {
      throw new DataError('DUPLICATE_COLUMN', `${inputs.files[0]!.name}: a query cannot tell the columns '${before}' and '${name}' apart; rename one of them`);
    }
    seen.set(name.toLowerCase(), name);
  }
}
