import { checkReach, readAddress, readSecurity } from '@scalemix/worker';
import type { Security } from '@scalemix/worker';
import { readNodeAddresses } from './addresses.ts';
import type { NodeAddresses } from './addresses.ts';
import type { ClusterRequest } from './options.ts';

/** Where the nodes of a request are, and by which right. */
export interface Reach {
  readonly security: Security;
  readonly addresses: NodeAddresses;
  /** The addresses of now. */
  readonly known: readonly string[];
}

/** Nobody is called. @throws UsageError BAD_CLUSTER, BAD_ADDRESS, TLS_REQUIRED and those of readSecurity */
export async function readReach(request: ClusterRequest): Promise<Reach> {
  const security = readSecurity(request);
  const addresses = readNodeAddresses(request.nodes);
  const known = await addresses.look();
  for (const address of known) checkReach(readAddress(address).host, security);
  return { security, addresses, known };
}
