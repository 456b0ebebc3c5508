/** `pnpm bench NAME [--json]`: runs bench/NAME.ts and prints its figures. */
import { runKernels } from './kernels.ts';
import type { Row } from './row.ts';

const benchmarks: Readonly<Record<string, () => Promise<Row[]>>> = { kernels: runKernels };

const [name, ...flags] = process.argv.slice(2);
const run = name !== undefined && Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
const unknown = flags.filter((flag) => flag !== '--json');
if (run === undefined || unknown.length > 0) {
  console.error(`Usage: pnpm bench NAME [--json]\nNAME is one of ${Object.keys(benchmarks).join(', ')}.`);
  process.exitCode = 2;
} else {
  const rows = await run();
  if (flags.includes('--json')) console.log(JSON.stringify({ rows }, null, 2));
  else {
    for (const { name: figure, value, unit, floor, holds } of rows) {
      const verdict = holds === null ? '' : holds ? `holds (floor ${floor})` : `FALLS SHORT (floor ${floor})`;
      console.log(`${figure.padEnd(22)}${value.toPrecision(3).padStart(9)} ${unit.padEnd(24)} ${verdict}`);
    }
  }
}
