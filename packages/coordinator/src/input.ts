import { defaultMemoryLimit, openTable } from '@scalemix/worker';
import type { Table } from '@scalemix/worker';
import type { InputRequest, MachineRequest } from './request.ts';

/** Share of the memory that the reader of a query may use beside the rows, and the least that it needs. */
const READER_SHARE = 0.25;
const READER_LEAST = 512e6;

/** Opens the input, does the work and closes what it opened; a table that was open already stays so. */
export async function withTable<Result>(request: InputRequest, machine: MachineRequest, work: (table: Table) => Promise<Result>): Promise<Result> {
  const { inputs, query, format, delimiter, na } = request;
  if (!isList(inputs)) return work(inputs);
  const memory = machine.memory ?? defaultMemoryLimit();
  const table = await openTable(inputs, { query, format, delimiter, na, threads: machine.threads, memoryLimit: Math.floor(Math.max(READER_LEAST, READER_SHARE * memory)) });
  try {
    return await work(table);
  } finally {
    await table.close();
  }
}

function isList(inputs: InputRequest['inputs']): inputs is readonly string[] {
  return Array.isArray(inputs);
}
