/**
 * Names in certificates. Machines of a cluster come and go, so a certificate names a part in the cluster and not a
 * machine: a coordinator checks that whom it dials is a node, whatever its address.
 */
export const NODE_NAME = 'scalemix-node';

export const COORDINATOR_NAME = 'scalemix-coordinator';
