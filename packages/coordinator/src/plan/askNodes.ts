/** What the nodes of a cluster are, before a job runs on them: asked without taking their lease. */
import type { KernelChoice } from '@scalemix/core';
import { UsageError, allInOrder, kernelIdText } from '@scalemix/core';
import { PROTOCOL } from '@scalemix/worker';
import { LOCAL } from '../cluster/addresses.ts';
import { NodeClient } from '../cluster/client.ts';
import { isFinal } from '../cluster/membership.ts';
import { SUSPECT_AFTER } from '../cluster/options.ts';
import type { ClusterRequest } from '../cluster/options.ts';
import { readReach } from '../cluster/reach.ts';

export interface AskedNode {
  /** Its address; `local`: the threads of this process. */
  readonly node: string;
  readonly threads: number;
  /** Bytes of rows that it holds in memory. */
  readonly memory: number;
  /** Whether it works for a job now: until that ends it would refuse another. */
  readonly busy: boolean;
  /** Why it did not answer, and counts as alike this machine; null where it did. */
  readonly silent: string | null;
}

/** This machine, and how it would compute. */
export interface Here {
  readonly threads: number;
  readonly memory: number;
  readonly kernels: KernelChoice;
}

/**
 * All nodes at once, each within the time after which a job would suspect it. One that cannot be reached is taken to
 * be like this machine: it may be started later.
 * @throws UsageError BAD_CLUSTER, BAD_ADDRESS, TLS_REQUIRED and those of readSecurity; what a node would refuse a job with: WRONG_TOKEN, TLS_FAILED, KERNEL_MISMATCH, PROTOCOL_MISMATCH; BAD_ANSWER
 */
export async function askNodes(request: ClusterRequest, here: Here): Promise<AskedNode[]> {
  const { security, addresses: { local }, known: addresses } = await readReach(request);
  if (!local && addresses.length === 0) throw new UsageError('BAD_CLUSTER', `--cluster ${request.nodes} names no node now. A plan needs to know of how many it shall speak: name them, or start them first.`);
  const patience = 1000 * (request.suspectAfter ?? SUSPECT_AFTER);
  const { id } = here.kernels;
  const asked = addresses.map(async (node): Promise<AskedNode> => {
    const client = new NodeClient(node, security, patience);
    try {
      const { threads, memory, busy } = await client.describe({ protocol: PROTOCOL, kernel: kernelIdText(id), precision: id.precision }, patience);
      return { node, threads, memory, busy, silent: null };
    } catch (error) {
      if (isFinal(error)) throw error;
      return { node, threads: here.threads, memory: here.memory, busy: false, silent: (error as Error).message };
    } finally {
      client.close();
    }
  });
  const own: AskedNode = { node: LOCAL, threads: here.threads, memory: here.memory, busy: false, silent: null };
  return [...(local ? [own] : []), ...(await allInOrder(asked))];
}
