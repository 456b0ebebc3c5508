import { DataError } from '@scalemix/core';
import { defaultMemoryLimit, openTable } from '@scalemix/worker';
import type { Table } from '@scalemix/worker';
import type { InputRequest, MachineRequest } from './request.ts';

/** Share of the memory that the reader of a query may use beside the rows, and the least that it needs. */
const READER_SHARE = 0.25;
const READER_LEAST = 512e6;

/**
 * Opens the input, does the work and closes what it opened; a table that was open already stays so.
 * @param absent what to do where the files are not here; by default that is an error
 */
export async function withTable<Result>(request: InputRequest, machine: MachineRequest, work: (table: Table) => Promise<Result>, absent?: (error: DataError) => Promise<Result>): Promise<Result> {
  const { inputs, query, format, delimiter, na } = request;
  if (!isList(inputs)) return work(inputs);
  const memory = machine.memory ?? defaultMemoryLimit();
  const opened = await openTable(inputs, { query, format, delimiter, na, threads: machine.threads, memoryLimit: Math.floor(Math.max(READER_LEAST, READER_SHARE * memory)) }).catch((error: unknown) => {
    if (absent !== undefined && isAbsence(error)) return error;
    throw error;
  });
  if (opened instanceof DataError) return absent!(opened);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

function isAbsence(error: unknown): error is DataError {
  return error instanceof DataError && (error.code === 'FILE_NOT_FOUND' || error.code === 'FILE_NOT_READABLE');
}

function isList(inputs: InputRequest['inputs']): inputs is readonly string[] {
  return Array.isArray(inputs);
}
