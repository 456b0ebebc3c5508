/** A node that answers what cannot be is let go like one that is lost; alone it ends the job with an error that names it. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runJob } from '@scalemix/coordinator';
import type { JobEvent, JobRequest } from '@scalemix/coordinator';
import { BLOCK_ROWS } from '@scalemix/core';
import type { ModelDocument } from '@scalemix/core';
import { scalemix } from '../../packages/worker/src/node/protocol/node.js';
import { temporaryFolder } from '../support/commandLine.ts';
import { parquetFile } from '../support/dataFiles.ts';
import { startLyingNode } from '../support/lyingNode.ts';
import type { CallName } from '../support/lyingNode.ts';
import { addressesOf, startNode, tokenFile } from '../support/nodes.ts';

const context = { teardown: () => {} } as unknown as Parameters<typeof parquetFile>[0];
const ROWS = 20 * BLOCK_ROWS + 99;

const made = (async () => {
  const root = temporaryFolder();
  const select = `SELECT CASE WHEN i * 7919 % 10 < 4 THEN 'yes' ELSE 'no' END AS late, (i * 31 % 1000) / 250.0 AS x, 'v' || (i * i % 11) AS c, 'f' || (i % 3) AS fold FROM range(${ROWS}) t(i)`;
  copyFileSync(await parquetFile(context, select, 'a.parquet', ', ROW_GROUP_SIZE 20000'), join(root, 'a.parquet'));
  return root;
})();

function job(input: string): JobRequest {
  return {
    data: { inputs: [input], response: 'late', columns: ['x', 'c'] },
    problem: { loss: { name: 'logistic', parameters: {} }, penalty: { name: 'lasso', l1Ratio: 1 }, lambdas: 3 },
    folds: { by: 'column', column: 'fold' },
    machine: { threads: 1 },
  };
}

function answer({ timing: _timing, ...rest }: ModelDocument): unknown {
  return rest;
}

const expected = made.then(async (root) => answer(await runJob(job(join(root, 'a.parquet')))));

/** Changes the fields of an answer. */
type Lie = (answer: Buffer) => Uint8Array;

function changed<Fields extends object, Message extends Fields>(codec: { decode(bytes: Uint8Array): Message; encode(fields: Fields): { finish(): Uint8Array } }, change: (fields: Message) => Partial<Fields>): Lie {
  return (bytes) => {
    const fields = codec.decode(bytes);
    return codec.encode({ ...fields, ...change(fields) }).finish();
  };
}

type Facts = { rows: number; predictors: object[]; folds: unknown };

function scan(change: (facts: Facts, columns: Record<string, number>) => void): Lie {
  return changed(scalemix.ScanReply, ({ scan: text }) => {
    const { facts, centres } = JSON.parse(text) as { facts: Facts; centres: { columns: Record<string, number> } };
    change(facts, centres.columns);
    return { scan: JSON.stringify({ facts, centres }) };
  });
}

function found(rows: number): Lie {
  return changed(scalemix.InspectReply, ({ found: text }) => ({ found: JSON.stringify({ ...(JSON.parse(text) as object), rows }) }));
}

const LIES: readonly (readonly [what: string, call: CallName, lie: Lie])[] = [
  ['fewer columns', 'scan', scan(({ predictors }) => predictors.pop())],
  ['no levels of a column of text', 'scan', scan(({ predictors }) => Object.assign(predictors[1]!, { levels: null, levelWeights: [] }))],
  ['levels of a column of numbers', 'scan', scan(({ predictors }) => Object.assign(predictors[0]!, { levels: ['a'], levelWeights: [1] }))],
  ['no folds', 'scan', scan((facts) => (facts.folds = null))],
  ['no centre of a column', 'scan', scan((_, columns) => delete columns['x'])],
  ['other rows', 'scan', scan((facts) => facts.rows--)],
  ['text that is no JSON', 'scan', changed(scalemix.ScanReply, () => ({ scan: '{' }))],
  ['too few digests', 'scan', changed(scalemix.ScanReply, ({ digests }) => ({ digests: digests.subarray(32) }))],
  ['an error without a code', 'scan', changed(scalemix.ScanReply, () => ({ error: { kind: 'data', code: 'no code', message: '' } }))],
  ['no rows', 'inspect', found(0)],
  ['more rows than there can be', 'inspect', found(2 ** 52)],
  ['a lease of no time', 'attach', changed(scalemix.AttachReply, () => ({ lease: NaN }))],
  ['no threads', 'attach', changed(scalemix.AttachReply, () => ({ threads: 0 }))],
  ['memory that is no number', 'attach', changed(scalemix.AttachReply, () => ({ memory: -Infinity }))],
  ['half a statistic', 'compute', changed(scalemix.ComputeReply, ({ statistic }) => ({ statistic: statistic.subarray(8) }))],
  ['another part of the rows', 'compute', changed(scalemix.ComputeReply, () => ({ node: { level: 9, index: 7 } }))],
];

for (const [what, call, lie] of LIES) {
  test.serial(`${what}, in an answer to ${call}`, async (t) => {
    const root = await made;
    const nodes = await Promise.all([0, 1, 2].map(() => startNode({ dataRoot: root })));
    const [honest, ...behind] = nodes.map((node) => addressesOf([node]));
    const lying = await Promise.all(behind.map((address) => startLyingNode(address, (name, bytes) => (name === call ? Buffer.from(lie(bytes)) : bytes))));
    const [first, second] = lying.map(({ address }) => address);
    const run = async (addresses: string): Promise<{ readonly model: unknown; readonly events: JobEvent[] }> => {
      const events: JobEvent[] = [];
      return { model: answer(await runJob(job('a.parquet'), { cluster: { nodes: addresses, tokenFile, data: 'local', suspectAfter: 1 }, onEvent: (event) => events.push(event) })), events };
    };
    try {
      const alone = await t.throwsAsync(run(first!));
      t.regex(`${(alone as Error & { code: string }).code} ${alone!.message}`, new RegExp(`(BAD_ANSWER|CLUSTER_LOST).*${first} answers what cannot be`, 's'));
      // Who is refused before it is a node ends a job whose nodes must read.
      if (call === 'attach' || call === 'inspect') return;
      const { model, events } = await run(`${second},${honest}`);
      t.deepEqual(model, await expected);
      t.true(events.some((event) => event.type === 'nodeLost' && event.node === second));
    } finally {
      for (const node of lying) node.close();
      await Promise.all(nodes.map((node) => node.stop(0)));
    }
  });
}
