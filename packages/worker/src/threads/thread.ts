/** The entry of a pool's thread: takes one task at a time. */
import { workerData } from 'node:worker_threads';
import { mergeStatistics, worksWith } from '@scalemix/core';
import type { SolverWorks } from '@scalemix/core';
import { fillBlock } from '../rows/gathered.ts';
import { SubtreeComputer } from './computer.ts';
import { REMEMBERED_ROWS, sendError } from './tasks.ts';
import type { ChunkTask, Reply, Task, ThreadData, WorkTask } from './tasks.ts';
import { warmUp } from './warmUp.ts';

/** Rows this thread has kernels on, the latest last; few, as they keep memories alive. */
const computers = new Map<number, SubtreeComputer>();

/** With the kernels of the pool, which are those of all its tasks. */
let works: SolverWorks | undefined;

/** Whether a task has come. */
let begun = false;

/** The next round of the warm-up, as long as no task comes. What fails here fails again in a task, which says so. */
function warmFurther(rounds: Generator): void {
  if (begun) return;
  try {
    if (rounds.next().done !== true) setImmediate(warmFurther, rounds);
  } catch {}
}

setImmediate(warmFurther, warmUp((workerData as ThreadData).kernels));

export default function run(task: Task): Reply {
  begun = true;
  try {
    switch (task.type) {
      case 'chunk':
        return chunk(task);
      case 'merge':
        mergeStatistics(task.left, task.right, task.out);
        return { type: 'done', value: null };
      case 'fill':
        fillBlock(task.fill.memory.buffer, task.fill.base, task.fill.layout, task.fill.pieces);
        return { type: 'done', value: null };
      case 'work':
        return { type: 'done', value: work(task) };
    }
  } catch (error) {
    return error === CANCELLED ? { type: 'cancelled' } : { type: 'failed', error: sendError(error) };
  }
}

const CANCELLED = Symbol('cancelled');

function chunk(task: ChunkTask): Reply {
  for (const rows of task.closed) computers.delete(rows);
  const computer = computerOf(task);
  if (computer === undefined) return { type: 'rowsWanted' };
  const { cancelled, request, node, slot, out, read, tablesThere } = task;
  const check = (): void => {
    if (Atomics.load(cancelled, 0) !== 0) throw CANCELLED;
  };
  const known = task.known?.slice() ?? null;
  const value = request.kind === 'sample' ? computer.gather(request, node, slot, check, known) : computer.statistic(request, node, slot, check, known, { read, tablesThere });
  const found = known !== null && known.some((block, b) => block !== task.known![b]) ? { known } : {};
  if (out === null || !(value instanceof Float64Array)) return { type: 'done', value, ...found };
  out.set(value);
  return { type: 'done', value: null, ...found };
}

function computerOf(task: ChunkTask): SubtreeComputer | undefined {
  let computer = computers.get(task.rows);
  if (computer !== undefined || task.handle === null) return computer;
  computer = new SubtreeComputer(task.handle, task.kernels);
  computers.set(task.rows, computer);
  const [oldest] = computers.keys();
  if (computers.size > REMEMBERED_ROWS && oldest !== undefined) computers.delete(oldest);
  return computer;
}

function work({ work: name, kernels, shared, items }: WorkTask): unknown[] {
  works ??= worksWith(kernels);
  const solve = works[name] as (shared: unknown, item: unknown) => unknown;
  return items.map((item) => solve(shared, item));
}
