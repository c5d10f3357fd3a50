/**
 * Turns files, pictures, texts and arrays into seeded, resumable streams of batches.
 *
 * @example
 * import { TabularDataBunch } from '@onecycle/data'
 * const data = await TabularDataBunch.from_csv('churn.csv', { y: 'left' })
 *
 * @module
 */
export type { Batch, BatchSource, BatchStream, LoaderState, Shard, Tensors } from './batch.js'
export { Column, type ColumnOptions, type TypedArray } from './column.js'
export { type ArraysOptions, type BunchOptions, DataBunch, type TensorsOptions, type ValuesMeaning } from './data-bunch.js'
export { DataLoader, type DataLoaderOptions } from './data-loader.js'
export { ArrayDataset, type Dataset, Subset } from './dataset.js'
export * as datasets from './datasets/index.js'
export { type Embed, EmbeddedDataBunch, type EmbeddedOptions } from './embedding/embedded-data-bunch.js'
export type { TensorInputs } from './from-tensors.js'
export type { Inputs, Shapes, Values } from './from-values.js'
export { get_image_files } from './image/get-image-files.js'
export type { ImageBunchOptions, MaskOptions, RandomSplitOptions } from './image/image-bunch-options.js'
export {
  type FolderOptions,
  type ImageArraysOptions,
  type ImageCsvOptions,
  ImageDataBunch,
  type ImageRowsOptions,
  type NamesOptions,
} from './image/image-data-bunch.js'
export { type ImageBlockOptions, imagenet_stats, type Stats } from './image/image-options.js'
export { ImageBlock } from './image/image-part.js'
export type { ImageSource } from './image/image-source.js'
export { MaskBlock, type MaskBlockOptions } from './image/mask-part.js'
export type { Pixels } from './image/pixels.js'
export { type KeyPoints, PointBlock } from './image/points-part.js'
export type { RowOptions } from './image/rows-of-images.js'
export { DataBlock, type DataBlockOptions } from './item/data-block.js'
export { type ItemBunchOptions, ItemDataBunch, type ItemParts } from './item/item-data-bunch.js'
export { ItemDataset, type ItemDatasetOptions } from './item/item-dataset.js'
export type { Encoded, EncodedSample, ItemEncoder } from './item/item-encoder.js'
export { parent_label, RegexLabeller } from './item/labellers.js'
export { type PadOptions, pad_collate } from './item/pad-collate.js'
export type { Block, ItemTransform, LoadedSample, Part } from './item/part.js'
export type { CacheOptions, ReadingOptions } from './item/reader-of.js'
export { FuncSplitter, GrandparentSplitter, IndexSplitter, RandomSplitter, type Splitter } from './item/splitters.js'
export { CategoryBlock, MultiCategoryBlock, RegressionBlock } from './item/targets.js'
export type { EncodedItems, InputsState, ItemInputs } from './item-inputs.js'
export type { Labels } from './members-of.js'
export type { NestedNumbers } from './nested-numbers.js'
export { randomSplit, type Split } from './random-split.js'
export { SortishSampler, type SortishSamplerOptions } from './sampler/sortish-sampler.js'
export { StratifiedSampler } from './sampler/stratified-sampler.js'
export { WeightedSampler, type WeightedSamplerOptions } from './sampler/weighted-sampler.js'
export { RandomSampler, type Sampler, SequentialSampler } from './sampler.js'
export { type SequenceCsvOptions, SequenceDataBunch, type SequenceOptions } from './sequence/sequence-data-bunch.js'
export type { SequenceInputs } from './sequence/sequence-inputs.js'
export { fromQuery, type QueryOptions } from './source/from-query.js'
export { type IdxArray, parseIdx, readIdx } from './source/idx.js'
export { type ReadTableOptions, readTable } from './source/read-table.js'
export { type TfBatch, type TfDataOptions, type TfDataSource, TfDataStream } from './source/tf-data.js'
export type { TfDataBunchOptions } from './source/tf-data-parts.js'
export { groupSplit, type KFoldOptions, kFold, markedSplit, stratifiedSplit, timeSplit } from './split.js'
export { type ContCatNames, type ContCatSplitOptions, cont_cat_split } from './table/cont-cat-split.js'
export { add_datepart, type DatePartOptions } from './table/date-parts.js'
export type { ColumnType } from './table/parse-cell.js'
export { Categorify } from './table/procs/categorify.js'
export { FillMissing, type FillMissingOptions } from './table/procs/fill-missing.js'
export { Normalize } from './table/procs/normalize.js'
export type { Row } from './table/row-inputs.js'
export type { SplitBy } from './table/split-by.js'
export { Table, type TableOptions } from './table/table.js'
export type { BooleanColumn, Cell, DateColumn, NumberColumn, TableColumn, TextColumn } from './table/table-column.js'
export type { TableLike } from './table/table-from.js'
export type { TableTarget, TableTargetState } from './table/table-target.js'
export { type TabularBunchState, type TabularCsvOptions, TabularDataBunch } from './table/tabular-data-bunch.js'
export type { TabularOptions, TabularProc } from './table/tabular-options.js'
export type { Head, TargetKind } from './target.js'
export { type TextCsvOptions, TextDataBunch, type TextFolderBunchOptions } from './text/text-data-bunch.js'
export { get_text_files, type TextFolderOptions } from './text/text-folder.js'
export type { TextFields, TextInputs, TextInputsState } from './text/text-inputs.js'
export {
  TextLMDataBunch,
  type TextLMFilesOptions,
  type TextLMOptions,
  type TextLMTableOptions,
} from './text/text-lm-data-bunch.js'
export type { NumericalizeOptions, TextOptions, TextTableOptions } from './text/text-options.js'
export type { TextStream } from './text/text-stream.js'
export { Tokenizer, type TokenizerOptions, type TokenizerState } from './text/tokenizer.js'
export { Vocab, type VocabOptions } from './text/vocab.js'
export { type GetTransformsOptions, get_transforms, type TransformPair } from './transform/get-transforms.js'
export * as tfms from './transform/index.js'
