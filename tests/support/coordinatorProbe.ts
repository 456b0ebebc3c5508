/** Runs a path on nodes and prints this process' peak resident size and the rows: NODES TOKEN_FILE DATA INPUT. */
import { runJob } from '@scalemix/coordinator';
import type { ClusterRequest } from '@scalemix/coordinator';
import { peakMemory } from '../../bench/support/peakMemory.ts';

const [nodes, tokenFile, data, input] = process.argv.slice(2);
const model = await runJob(
  { data: { inputs: [input!], response: 'y' }, problem: { loss: { name: 'squared', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 3 }, machine: { threads: 1 } },
  { cluster: { nodes: nodes!, tokenFile: tokenFile!, data: data as NonNullable<ClusterRequest['data']> } },
);
console.log(JSON.stringify({ peak: peakMemory(), rows: model.rows }));
