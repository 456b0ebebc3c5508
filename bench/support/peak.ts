import asc from 'assemblyscript/asc';
import { median } from './row.ts';
import { interleave } from './timing.ts';

/** Independent pairs of vectors: enough to fill the latency of two units, few enough to stay in 16 registers. */
const PAIRS = 10;
const ITERATIONS = 20000;

/**
 * Fused multiply-adds a second that WebAssembly can do on one thread, in GFLOP/s: a loop of independent ones, compiled
 * on the spot, with pairs of vectors that V8 joins where it has 256-bit ones.
 */
export async function multiplyAddPeak(): Promise<number> {
  const sums = Array.from({ length: 2 * PAIRS }, (_, i) => `s${i}`);
  const source = `
    export function run(n: i32, at: usize): void {
      const x = v128.load_splat<f64>(at), y = v128.load_splat<f64>(at, 8);
      let ${sums.map((s) => `${s} = y`).join(', ')};
      for (; n > 0; n--) { ${sums.map((s) => `${s} = f64x2.relaxed_madd(${s}, x, y);`).join(' ')} }
      ${sums.map((s, i) => `v128.store(at, ${s}, ${i * 16});`).join(' ')}
    }`;
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error } = await asc.main(
    ['peak.ts', '-O3', '--runtime', 'stub', '--enable', 'simd', '--enable', 'relaxed-simd', '--initialMemory', '1', '--outFile', 'peak.wasm'],
    {
      readFile: (name) => name === 'peak.ts' ? source : null,
      writeFile: (name, contents) => {
        if (name === 'peak.wasm' && typeof contents !== 'string') wasm = new Uint8Array(contents);
      },
      listFiles: () => [],
    },
  );
  if (error || !wasm) throw error ?? new Error('AssemblyScript wrote no output');
  const { run } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as { run: (n: number, at: number) => void };
  const { peak } = interleave({ peak: () => run(ITERATIONS, 1024) });
  return (ITERATIONS * sums.length * 4) / median(peak) / 1e6;
}
