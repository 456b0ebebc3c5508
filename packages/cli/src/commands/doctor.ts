import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import process from 'node:process';
import { describeKernels, enableWideVectors, kernelIdText } from '@scalemix/core';
import { defineCommand } from '../command.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../failure.ts';
import { commonOptions } from '../options/tables.ts';
import { bytes, counted } from '../show/numbers.ts';
import { displayWidth, wrap } from '../show/text.ts';
import { painter } from '../terminal.ts';
import { version } from '../version.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  positionals: [],
  describe: 'Show what this machine offers, which kernels are used, and why',
  options: commonOptions,
  examples: [['doctor', ''], ['doctor --json', 'for a bug report']],
  run,
});

interface Finding {
  readonly name: string;
  readonly value: string;
  readonly fine: boolean;
}

async function run({ settings, output }: Call<typeof commonOptions>): Promise<number> {
  enableWideVectors();
  const kernels = describeKernels();
  const { reader, rowMemory } = await tryReader();
  const { calibration, selfTests } = kernels;
  const total = totalmem(), limit = process.constrainedMemory();
  const document = {
    version,
    node: kernels.node,
    v8: kernels.v8,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memory: { total, free: freemem(), limit: limit < total ? limit : null, rows: rowMemory },
    kernel: {
      id: kernelIdText(kernels.choice.id),
      family: kernels.choice.id.family,
      wide: kernels.choice.wide,
      reason: kernels.choice.reason,
      fused: kernels.fused,
      wideVectorsRequested: kernels.wideVectorsRequested,
      selfTests,
      calibration,
    },
    duckdb: reader,
  };
  const findings: Finding[] = [
    { name: 'scalemix', value: version, fine: true },
    { name: 'Node', value: `${kernels.node}, V8 ${kernels.v8}, ${document.platform}`, fine: true },
    { name: 'processor', value: `${document.processor}, ${counted(document.threads, 'thread')} used by default`, fine: true },
    { name: 'memory', value: `${bytes(total)}${rowMemory === null ? '' : `, of which up to ${bytes(rowMemory)} for rows; more rows are kept on disk`}`, fine: true },
    { name: 'kernels', value: `${document.kernel.id}: ${kernels.choice.reason}`, fine: kernels.choice.family === 'wasm' },
    { name: 'self-test', value: selfTestText(selfTests), fine: selfTests.narrow.passed },
    { name: 'multiply-add', value: kernels.fused ? 'fused (rounds once)' : 'not fused here: multiplies, then adds', fine: true },
    { name: 'Gram speed', value: `${calibration.narrow.toFixed(1)} GFLOP/s with narrow tiles, ${calibration.wide.toFixed(1)} with wide ones, one thread`, fine: true },
    { name: 'Parquet, SQL', value: reader.version === null ? `DuckDB does not start: ${reader.problem}` : `DuckDB ${reader.version}`, fine: reader.version !== null },
    { name: 'OpenBLAS', value: 'not needed', fine: true },
  ];
  const exitCode = findings.every(({ fine }) => fine) ? EXIT.converged : EXIT.failure;
  if (settings.json === true) {
    await output.result(`${JSON.stringify(document, null, 2)}\n`);
    return exitCode;
  }
  const paint = painter(output.stdout);
  const mark = (fine: boolean): string => (fine ? paint('green', output.stdout.unicode ? '✔' : 'ok') : paint('yellow', output.stdout.unicode ? '!' : '!!'));
  const width = Math.max(...findings.map(({ name }) => name.length));
  const line = ({ name, value, fine }: Finding): string => {
    const margin = width + 5 + displayWidth(mark(fine));
    const [first, ...rest] = wrap(value, Math.max(20, output.stdout.width - margin));
    return [`  ${mark(fine)} ${name.padEnd(width)}  ${first}`, ...rest.map((text) => `${' '.repeat(margin)}${text}`)].join('\n');
  };
  await output.result(`${findings.map(line).join('\n')}\n`);
  return exitCode;
}

function selfTestText({ narrow, wide }: ReturnType<typeof describeKernels>['selfTests']): string {
  if (!narrow.passed) return `WebAssembly fails: ${narrow.failure ?? 'unknown'}`;
  return wide.passed && wide.hash === narrow.hash ? 'WebAssembly agrees with the scalar kernels; wide and narrow tiles give the same bits' : 'WebAssembly agrees with the scalar kernels with narrow tiles; wide ones are not used';
}

interface Reader {
  readonly reader: { readonly version: string | null; readonly problem: string | null };
  /** Bytes; null where not even what holds rows can be loaded, which DuckDB is a part of. */
  readonly rowMemory: number | null;
}

async function tryReader(): Promise<Reader> {
  let rowMemory: number | null = null;
  try {
    const { defaultMemoryLimit, duckDbVersion } = await import('@scalemix/worker');
    rowMemory = defaultMemoryLimit();
    return { reader: { version: await duckDbVersion(), problem: null }, rowMemory };
  } catch (error) {
    return { reader: { version: null, problem: (error as Error).message }, rowMemory };
  }
}
