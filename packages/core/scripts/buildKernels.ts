/**
 * Compiles src/kernels/assembly to src/kernels/kernels.wasm. The result depends on the sources and the version of
 * AssemblyScript alone, so that `--check` can compare: it writes nothing and exits with 1 when the checked-in file
 * is not what its source builds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const entry = 'index.ts';
const sources = fileURLToPath(new URL('../src/kernels/assembly', import.meta.url));
const target = new URL('../src/kernels/kernels.wasm', import.meta.url);

const options = [
  entry, '--baseDir', sources, '--outFile', 'kernels.wasm',
  '-O3', '--noAssert', '--runtime', 'stub',
  '--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'threads',
  '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--noExportMemory',
  '--memoryBase', '64',
];

async function compile(): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(options, {
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (name === 'kernels.wasm' && typeof contents !== 'string') wasm = contents;
    },
  });
  if (error || !wasm) throw new Error(`AssemblyScript: ${error?.message ?? 'no output'}\n${stderr.toString()}`);
  return wasm;
}

const wasm = await compile();
if (process.argv.includes('--check')) {
  if (!readFileSync(target).equals(wasm)) {
    console.error('kernels.wasm is not what packages/core/src/kernels/assembly builds: run `pnpm build:wasm` and commit it.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, wasm);
  console.log(`kernels.wasm: ${wasm.length} bytes`);
}
