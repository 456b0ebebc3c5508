import type { FitEvent } from '@scalemix/core';
import type { ClusterEvent } from './cluster/options.ts';

/** What happens in a job, in order: the rows are read, passes and values follow, and it is done. */
export type JobEvent =
  | {
      /** A job goes on from its log. */
      readonly type: 'resumed';
      /** In the log: so many requests are answered without a read of the rows. */
      readonly replies: number;
    }
  | { readonly type: 'reading'; readonly rows: number }
  | {
      readonly type: 'loaded';
      /** Rows read, those dropped included. */
      readonly rows: number;
      readonly dropped: number;
      readonly columns: number;
      readonly features: number;
      /** Bytes of the rows in memory, and in the spill file. */
      readonly bytes: number;
      readonly spilled: number;
      /** Whether rows are in this process, or only nodes have looked at them and read them as they are needed. */
      readonly held: 'here' | 'nodes';
      readonly threads: number;
      readonly kernel: string;
      /** Why these kernels, in a phrase. */
      readonly kernelReason: string;
      readonly seconds: number;
    }
  | FitEvent
  | ClusterEvent
  | {
      readonly type: 'done';
      readonly values: number;
      readonly converged: number;
      readonly sweeps: number;
      readonly columnPasses: number;
      readonly seconds: number;
    };
