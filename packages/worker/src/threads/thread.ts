/** The entry of a pool's thread: takes one task at a time. */
import { mergeStatistics, worksWith } from '@scalemix/core';
import type { SolverWorks } from '@scalemix/core';
import { SubtreeComputer } from './computer.ts';
import { sendError } from './tasks.ts';
import type { ChunkTask, Reply, Task, WorkTask } from './tasks.ts';

/** Rows this thread has kernels on, the latest last; few, as they keep memories alive. */
const computers = new Map<number, SubtreeComputer>();
const REMEMBERED = 4;

/** With the kernels of the pool, which are those of all its tasks. */
let works: SolverWorks | undefined;

export default function run(task: Task): Reply {
  try {
    switch (task.type) {
      case 'chunk':
        return chunk(task);
      case 'merge':
        mergeStatistics(task.left, task.right, task.out);
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
  const computer = computerOf(task);
  if (computer === undefined) return { type: 'rowsWanted' };
  const { cancelled } = task;
  const check = (): void => {
    if (Atomics.load(cancelled, 0) !== 0) throw CANCELLED;
  };
  if (task.request.kind === 'sample') return { type: 'done', value: computer.gather(task.request, task.node, task.slot, check) };
  const values = computer.statistic(task.request, task.node, task.slot, check);
  if (task.out === null) return { type: 'done', value: values };
  task.out.set(values);
  return { type: 'done', value: null };
}

function computerOf(task: ChunkTask): SubtreeComputer | undefined {
  let computer = computers.get(task.rows);
  if (computer !== undefined || task.handle === null) return computer;
  computer = new SubtreeComputer(task.handle, task.kernels);
  computers.set(task.rows, computer);
  const [oldest] = computers.keys();
  if (computers.size > REMEMBERED && oldest !== undefined) computers.delete(oldest);
  return computer;
}

function work({ work: name, kernels, shared, items }: WorkTask): unknown[] {
  works ??= worksWith(kernels);
  const solve = works[name] as (shared: unknown, item: unknown) => unknown;
  return items.map((item) => solve(shared, item));
}
