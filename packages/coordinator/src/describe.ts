import { describeTable } from '@scalemix/worker';
import type { TableSummary } from '@scalemix/worker';
import { withTable } from './input.ts';
import type { InputRequest, MachineRequest } from './request.ts';

/**
 * Reads the input once and says what its columns hold.
 * @throws DataError; the signal's reason
 */
export function describeInput(request: InputRequest, machine: MachineRequest = {}, signal?: AbortSignal): Promise<TableSummary> {
  return withTable(request, machine, (table) => describeTable(table, signal));
}
