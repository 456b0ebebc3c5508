/** A plan as a person reads it. */
import type { Plan } from '@scalemix/coordinator';
import type { Terminal } from '../terminal.ts';
import { foldsText, roadText } from './explanation.ts';
import { headedText } from './headed.ts';
import { bytes, counted, duration, significant, thousands } from './numbers.ts';
import { printable } from './text.ts';

export function planReport(plan: Plan, terminal: Terminal): string {
  const { memory, way } = plan;
  const size = { rows: plan.rows, features: plan.features, usable: plan.features, values: plan.values };
  return headedText('What this would take', [
    ['data', dataText(plan)],
    ['features', featuresText(plan)],
    ['way', roadText({ ...size, ...way })],
    ...(plan.foldsWay === null ? [] : [['folds', foldsText({ ...plan, way: plan.foldsWay })] as const]),
    ['sweeps', `about ${counted(plan.sweeps, 'read')} of all rows, ${significant(plan.columnPasses, 2)} vectors of coefficients a value, ${counted(plan.grams, 'Gram matrix', 'Gram matrices')}; ${bytes(plan.swept)} of rows go by.`],
    ...(plan.cluster === null ? [] : clusterParts(plan, plan.cluster)),
    [plan.cluster === null ? 'memory' : 'memory here', `about ${bytes(memory.total)}: rows ${bytes(memory.rows)}, ${memory.sample > 0 ? `sample ${bytes(memory.sample)}, ` : ''}matrices ${bytes(memory.matrices)}, the program itself ${bytes(memory.program)}.${spillText(plan)}`],
    ['time', `about ${duration(plan.readSeconds + plan.seconds)} on ${counted(plan.cluster?.threads ?? plan.threads, 'thread')}: reading ${duration(plan.readSeconds)}, fitting ${duration(plan.seconds)}${plan.cluster === null ? '' : `, ${duration(plan.cluster.wireSeconds)} of it on the wire`}. Measured on ${counted(plan.rowsTried, 'row')}, kernel ${plan.kernel}.`],
  ], terminal);
}

function clusterParts({ sweeps }: Plan, { nodes, received, sent, sampled, reads, rowsSent }: NonNullable<Plan['cluster']>): (readonly [string, string])[] {
  const passes = Math.max(1, sweeps);
  const rows = reads ? 'Nodes read the rows from their own files, where these are the same, twice: to look at them and to keep them.' : `${bytes(rowsSent)} of rows are sent to them first.`;
  return [
    ...nodes.map((node, i) => [i === 0 ? 'nodes' : '', nodeText(node)] as const),
    ['wire', `about ${bytes(received / passes)} of answers and ${bytes(sent / passes)} of requests a pass${sampled === 0 ? '' : `, ${bytes(sampled)} of sampled rows once`}; ${bytes(received + sent + sampled)} in all. ${rows}`],
  ];
}

function nodeText({ node, rows, bytes: held, spilled, threads, memory, busy, silent, subtrees }: NonNullable<Plan['cluster']>['nodes'][number]): string {
  const share = `${printable(node)}: ${counted(rows, 'row')}, ${bytes(held)}, ${counted(subtrees, 'answer')} a pass; ${counted(threads, 'thread')}, ${bytes(memory)} for rows.`;
  const spill = spilled === 0 ? '' : ` ${bytes(spilled)} do not fit and go to its spill file.`;
  const now = silent !== null ? ` It does not answer now and is taken to be like this machine: ${printable(silent)}` : busy ? ' It works for another job now (NODE_BUSY).' : '';
  return share + spill + now;
}

function dataText({ rows, rowsExact, columns, fileBytes, rowsTried, responseTried }: Plan): string {
  const count = rowsExact ? counted(rows, 'row') : `about ${counted(rows, 'row')} (from samples of the file)`;
  const untried = responseTried ? '' : ` The response was not tried: the first ${thousands(rowsTried)} rows do not show it.`;
  return `${count}, ${counted(columns, 'predictor')}${fileBytes === null ? '' : `, ${bytes(fileBytes)} on disk`}.${untried}`;
}

function featuresText({ features, moreLevels, rowsTried }: Plan): string {
  if (moreLevels.length === 0) return `${thousands(features)}.`;
  const names = moreLevels.slice(0, 5).map(printable).join(', ');
  return `${thousands(features)} or more: ${names}${moreLevels.length > 5 ? ' ...' : ''} may have further levels beyond the first ${counted(rowsTried, 'row')}.`;
}

function spillText({ spilled, memoryLimit }: Plan): string {
  if (spilled === 0) return '';
  return ` ${bytes(spilled)} of rows do not fit into the ${bytes(memoryLimit)} that rows may take (--memory) and are kept in a file, which every sweep reads: the time above knows nothing of the disk.`;
}
