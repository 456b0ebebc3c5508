import type { KernelId, Kernels, LossKernels } from './kernels.ts';

type Tiled = 'cholesky' | 'gram' | 'gram32' | 'gramCoarse' | 'psiPanels' | 'gradientPanels' | 'penalisedStep';
type Plain = Exclude<keyof Kernels, Tiled | 'id' | 'memory' | 'losses'>;

/** What assembly/index.ts exports: addresses arrive as 32-bit numbers, so that those above 2 GiB may look negative. */
type Exports = Pick<Kernels, Plain>
  & { readonly [name in Tiled as `${name}Wide` | `${name}Narrow`]: Kernels[name] }
  & {
    readonly squaredColumn: LossKernels['column'];
    readonly squaredPanels: LossKernels['panels'];
    readonly squaredLossPanels: LossKernels['lossPanels'];
    readonly logisticColumn: LossKernels['column'];
    readonly logisticPanels: LossKernels['panels'];
    readonly logisticLossPanels: LossKernels['lossPanels'];
  };

/**
 * The WebAssembly kernels over a memory, which must be shared with a maximum
 * of at most ARENA_MAXIMUM_PAGES. `wide` picks the tiles for 256-bit vectors:
 * the same bits at another speed.
 */
export function createWasmKernels(module: WebAssembly.Module, memory: WebAssembly.Memory, wide: boolean, id: KernelId): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const exports = instance.exports as unknown as Exports;
  return {
    id,
    memory,
    psiColumn: exports.psiColumn,
    gradientColumn: exports.gradientColumn,
    startPanels: exports.startPanels,
    momentColumns: exports.momentColumns,
    psiPanels: wide ? exports.psiPanelsWide : exports.psiPanelsNarrow,
    gradientPanels: wide ? exports.gradientPanelsWide : exports.gradientPanelsNarrow,
    gram: wide ? exports.gramWide : exports.gramNarrow,
    gram32: wide ? exports.gram32Wide : exports.gram32Narrow,
    gramCoarse: wide ? exports.gramCoarseWide : exports.gramCoarseNarrow,
    cholesky: wide ? exports.choleskyWide : exports.choleskyNarrow,
    penalisedStep: wide ? exports.penalisedStepWide : exports.penalisedStepNarrow,
    gatherColumns: exports.gatherColumns,
    gatherColumns32: exports.gatherColumns32,
    gatherRows: exports.gatherRows,
    gatherRows32: exports.gatherRows32,
    squaredDistances: exports.squaredDistances,
    squaredDistances32: exports.squaredDistances32,
    codesPsiColumn: exports.codesPsiColumn,
    codesGradientColumn: exports.codesGradientColumn,
    codesPsiPanels: exports.codesPsiPanels,
    codesGradientPanels: exports.codesGradientPanels,
    codesGram: exports.codesGram,
    codesDenseGram: exports.codesDenseGram,
    translateCodes: exports.translateCodes,
    sparsePsiColumn: exports.sparsePsiColumn,
    sparseGradientColumn: exports.sparseGradientColumn,
    sparsePsiPanels: exports.sparsePsiPanels,
    sparseGradientPanels: exports.sparseGradientPanels,
    sparseGram: exports.sparseGram,
    sparseDenseGram: exports.sparseDenseGram,
    sparseCodesGram: exports.sparseCodesGram,
    selectSparse: exports.selectSparse,
    losses: {
      squared: { column: exports.squaredColumn, panels: exports.squaredPanels, lossPanels: exports.squaredLossPanels },
      logistic: { column: exports.logisticColumn, panels: exports.logisticPanels, lossPanels: exports.logisticLossPanels },
    },
  };
}
