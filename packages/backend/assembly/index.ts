export { filterGradient, filterGradientScratchBytes, gather, gatherScratchBytes, packFilter, turnFilter } from './conv2d'
export { gemm, gemmScratchBytes } from './gemm'
export { setTile } from './micro'
