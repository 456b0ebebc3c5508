/** What a node holds for a job: kernels, threads and rows. They stay when the lease runs out, for a coordinator that comes back with the same data. */
import { DataError, FailureError, chooseKernels, kernelIdText } from '@scalemix/core';
import type { KernelChoice, KernelRequest } from '@scalemix/core';
import { ThreadPool } from '../threads/pool.ts';
import { HeldRows } from './heldRows.ts';
import type { HeldRowsOptions } from './heldRows.ts';
import type { RowsShape } from './protocol/shape.ts';

export interface SessionOptions extends HeldRowsOptions {
  readonly kernel: KernelRequest['family'];
}

/** @throws DataError KERNEL_MISMATCH where the kernels chosen here compute otherwise than the coordinator */
export function checkSameKernel({ id }: KernelChoice, kernel: string): void {
  const own = kernelIdText(id);
  if (own !== kernel) throw new DataError('KERNEL_MISMATCH', `The node computes with kernel ${own}, the coordinator with ${kernel}: their bits differ. Use machines and versions that agree, or --kernel scalar on all of them.`);
}

export class Session {
  /** What tells the rows of the job apart from others. */
  readonly data: string;
  readonly precision: 'f64' | 'f32';
  readonly #options: SessionOptions;
  readonly #kernels: KernelChoice;
  #pool: ThreadPool | null = null;
  #rows: HeldRows | null = null;

  /** @throws DataError KERNEL_MISMATCH where this machine computes otherwise than the coordinator */
  constructor(data: string, precision: 'f64' | 'f32', kernel: string, options: SessionOptions) {
    this.data = data;
    this.precision = precision;
    this.#options = options;
    this.#kernels = chooseKernels({ family: options.kernel, precision });
    this.checkKernel(kernel);
  }

  checkKernel(kernel: string): void {
    checkSameKernel(this.#kernels, kernel);
  }

  /** Threads start with the first rows. */
  get pool(): ThreadPool {
    this.#pool ??= new ThreadPool({ threads: this.#options.threads, kernels: this.#kernels });
    return this.#pool;
  }

  /** @throws FailureError ROWS_ABSENT before `open` */
  get rows(): HeldRows {
    if (this.#rows === null) throw new FailureError('ROWS_ABSENT', 'The node has not been told what the rows are.');
    return this.#rows;
  }

  get held(): HeldRows | null {
    return this.#rows;
  }

  /** Rows stored so; those of another shape go. */
  open(shape: RowsShape): HeldRows {
    if (shape.layout.denseType !== this.precision) throw new DataError('BAD_MESSAGE', `A message says that rows are ${shape.layout.denseType} where ${this.precision} was agreed.`);
    if (this.#rows !== null && JSON.stringify(shapeText(this.#rows.shape)) !== JSON.stringify(shapeText(shape))) {
      this.#rows.close();
      this.#rows = null;
    }
    this.#rows ??= new HeldRows(shape, this.#options);
    void this.pool;
    return this.#rows;
  }

  /** Ends the threads, and with them the last that hold the memories. */
  async close(): Promise<void> {
    const rows = this.#rows;
    this.#rows = null;
    await this.#pool?.close();
    rows?.close();
  }
}

function shapeText({ rows, layout, features, responseCentre }: RowsShape): unknown {
  return [rows, layout, features.count, [...features.dense], features.codes.map((map) => [...map]), [...features.sparse], responseCentre];
}
