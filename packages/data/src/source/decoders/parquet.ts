// What decodes Parquet, in one module that the build packs (bundle.mjs).
export { type DecodedArray, type ParquetScan, parquetScan } from 'hyparquet'
export { compressors } from 'hyparquet-compressors'
