/**
 * Names in certificates. Machines of a cluster come and go, so a certificate names a part in the cluster and not a
 * machine: a coordinator checks that whom it dials is a node, whatever its address.
 */
export { NODE_NAME } from '@scalemix/worker';

export const COORDINATOR_NAME = 'scalemix-coordinator';
