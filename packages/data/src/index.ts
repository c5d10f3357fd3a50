export type { Batch, BatchSource, BatchStream, LoaderState, Tensors } from './batch.js'
export { Column, type ColumnOptions, type TypedArray } from './column.js'
export { type ArraysOptions, type BunchOptions, DataBunch, type TensorsOptions } from './data-bunch.js'
export { DataLoader, type DataLoaderOptions } from './data-loader.js'
export { ArrayDataset, type Dataset, Subset } from './dataset.js'
export * as datasets from './datasets/index.js'
export type { TensorInputs } from './from-tensors.js'
export type { Inputs, Shapes, Values } from './from-values.js'
export type { Labels } from './members-of.js'
export type { NestedNumbers } from './nested-numbers.js'
export { StratifiedSampler } from './sampler/stratified-sampler.js'
export { WeightedSampler, type WeightedSamplerOptions } from './sampler/weighted-sampler.js'
export { RandomSampler, type Sampler, SequentialSampler } from './sampler.js'
export { fromQuery, type QueryOptions } from './source/from-query.js'
export { type IdxArray, parseIdx, readIdx } from './source/idx.js'
export { type ReadTableOptions, readTable } from './source/read-table.js'
export { type TfBatch, type TfDataOptions, type TfDataSource, TfDataStream } from './source/tf-data.js'
export type { TfDataBunchOptions } from './source/tf-data-parts.js'
export {
  groupSplit,
  type KFoldOptions,
  kFold,
  markedSplit,
  randomSplit,
  type Split,
  stratifiedSplit,
  timeSplit,
} from './split.js'
export { type ContCatNames, type ContCatSplitOptions, cont_cat_split } from './table/cont-cat-split.js'
export { add_datepart, type DatePartOptions } from './table/date-parts.js'
export type { ColumnType } from './table/parse-cell.js'
export { Categorify } from './table/procs/categorify.js'
export { FillMissing, type FillMissingOptions } from './table/procs/fill-missing.js'
export { Normalize } from './table/procs/normalize.js'
export type { SplitBy } from './table/split-by.js'
export { Table, type TableOptions } from './table/table.js'
export type { BooleanColumn, Cell, DateColumn, NumberColumn, TableColumn, TextColumn } from './table/table-column.js'
export type { TableLike } from './table/table-from.js'
export { type TabularBunchState, type TabularCsvOptions, TabularDataBunch } from './table/tabular-data-bunch.js'
export type { TabularOptions, TabularProc } from './table/tabular-options.js'
export type { Head, TargetKind } from './target.js'
