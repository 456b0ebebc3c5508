export { chooseKernels, createKernels, describeKernels } from './choose.ts';
export type { KernelChoice, KernelDescription, KernelRequest } from './choose.ts';
export type { Calibration } from './calibrate.ts';
export { GRAM_ROWS, LOSS_SUMS, PANEL, PANEL_ROWS, choleskyWorkspaceBytes, gramWorkspaceBytes, kernelIdText, penalisedStepWorkspaceBytes } from './kernels.ts';
export type { KernelFamily, KernelId, Kernels, LossKernels } from './kernels.ts';
export { ARENA_MAXIMUM_PAGES, ARENA_RESERVED, kernelModule } from './load.ts';
export type { SelfTest } from './selfTest.ts';
export { enableWideVectors } from './wideVectors.ts';
