export { ClusterStatistics } from './cluster.ts';
export { codecStatistics } from './codec.ts';
export { inlineRowSource, inlineStatistics } from './inline.ts';
export { LocalStatistics, localRowSource } from './local.ts';
export { loggedStatistics } from './replay.ts';
export { ReplayLog } from './replayLog.ts';
export type { LogHeader } from './replayLog.ts';
export { rowSource } from './statistics.ts';
export type { Statistics } from './statistics.ts';
