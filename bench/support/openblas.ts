/** OpenBLAS through koffi, one thread, where the machine has both (Debian: libopenblas0-pthread). */

export interface OpenBlas {
  /** C (upper triangle, row-major n x n) = A'A for A k x n, row-major. */
  syrk(n: number, k: number, a: Float64Array, c: Float64Array): void;
  /** C (m x n) = A (m x k) B (k x n), or A' B for A k x m; row-major. */
  gemm(transposed: boolean, m: number, n: number, k: number, a: Float64Array, b: Float64Array, c: Float64Array): void;
  /** The sum of absolute values: it reads x once. */
  asum(x: Float64Array): number;
  /** The processor its kernels are for. */
  readonly core: string;
}

const LIBRARIES = ['libopenblas.so.0', 'libopenblas.so', '/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0'];
const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;
const TRANSPOSE = 112;
const UPPER = 121;

/** null where koffi or OpenBLAS is missing; standard error says which. */
export async function openBlas(): Promise<OpenBlas | null> {
  let koffi: typeof import('koffi');
  try {
    koffi = await import('koffi');
  } catch (error) {
    console.error(`No comparison with OpenBLAS: koffi does not load (${(error as Error).message.split('\n')[0]}).`);
    return null;
  }
  for (const name of LIBRARIES) {
    try {
      const library = koffi.load(name);
      library.func('void openblas_set_num_threads(int)')(1);
      const syrk = library.func('void cblas_dsyrk(int, int, int, int, int, double, double*, int, double, double*, int)');
      const gemm = library.func('void cblas_dgemm(int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int)');
      const asum = library.func('double cblas_dasum(int, double*, int)');
      return {
        syrk: (n, k, a, c) => syrk(ROW_MAJOR, UPPER, TRANSPOSE, n, k, 1, a, n, 0, c, n),
        gemm: (transposed, m, n, k, a, b, c) => gemm(ROW_MAJOR, transposed ? TRANSPOSE : NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1, a, transposed ? m : k, b, n, 0, c, n),
        asum: (x) => Number(asum(x.length, x, 1)),
        core: String(library.func('const char* openblas_get_corename()')()),
      };
    } catch {
      // The next name.
    }
  }
  console.error(`No comparison with OpenBLAS: none of ${LIBRARIES.join(', ')} loads (Debian: apt install libopenblas0-pthread).`);
  return null;
}
