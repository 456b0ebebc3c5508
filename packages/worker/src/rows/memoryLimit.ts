import { totalmem } from 'node:os';

/**
 * Bytes of rows held in memory unless the caller says otherwise: 70 % of the
 * least of the control group's limit, what is free and what the machine has.
 */
export function defaultMemoryLimit(): number {
  const limits = [process.constrainedMemory(), process.availableMemory(), totalmem()];
  return Math.floor(0.7 * Math.min(...limits.filter((bytes) => bytes > 0)));
}
