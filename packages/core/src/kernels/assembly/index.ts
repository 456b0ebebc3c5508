/** The exports of kernels.wasm: the methods of the kernel contract, wide and narrow where tiles come in two widths. */
export { choleskyNarrow, choleskyWide } from './cholesky';
export { gradientColumn, psiColumn } from './columns';
export {
  codesDenseGram, codesGradientColumn, codesGradientPanels, codesGram, codesPsiColumn, codesPsiPanels, translateCodes
} from './codes';
export { squaredDistances, squaredDistances32 } from './distances';
export { gatherColumns, gatherColumns32, gatherRows, gatherRows32 } from './gather';
export { momentColumns } from './moments';
export { gramNarrow, gramWide } from './gram';
export { gram32Narrow, gram32Wide, gramCoarseNarrow, gramCoarseWide } from './gram32';
export { logisticColumn, logisticPanels } from './logistic';
export { logisticLossPanels } from './logisticLoss';
export { gradientPanelsNarrow, gradientPanelsWide, psiPanelsNarrow, psiPanelsWide, startPanels } from './panels';
export { penalisedStepNarrow, penalisedStepWide } from './penalised';
export {
  selectSparse, sparseCodesGram, sparseDenseGram, sparseGradientColumn, sparseGradientPanels, sparseGram, sparsePsiColumn,
  sparsePsiPanels
} from './sparse';
export { squaredColumn, squaredLossPanels, squaredPanels } from './squared';
