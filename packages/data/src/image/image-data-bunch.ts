import {
  checkCount,
  checkOptions,
  type FileSource,
  type Kind,
  type Kinds,
  kind,
  listOf,
  nameOf,
  rangeError,
  show,
  typeError,
} from '@onecycle/platform'
import { sizeOf } from '../check.js'
import { isTypedArray, type TypedArray } from '../column.js'
import { inFolder } from '../datasets/folder.js'
import { type ItemBunchOptions, ItemDataBunch, type ItemParts } from '../item/item-data-bunch.js'
import { namesOnPath, RegexLabeller } from '../item/labellers.js'
import type { Block } from '../item/part.js'
import type { Labelled } from '../item/sample-encoder.js'
import { CategoryBlock, RegressionBlock } from '../item/targets.js'
import { usedItems } from '../item/used-items.js'
import { randomSplit, type Split } from '../random-split.js'
import type { TableLike } from '../table/table-from.js'
import { arranged, pairOf } from '../transform/get-transforms.js'
import { get_image_files, pathOf } from './get-image-files.js'
import {
  type ImageBunchOptions,
  imageBunchKinds,
  type MaskOptions,
  maskKinds,
  type RandomSplitOptions,
} from './image-bunch-options.js'
import { checkStats, type ImageBlockOptions, type Stats } from './image-options.js'
import { ImageBlock, type ImagePart } from './image-part.js'
import { MaskBlock } from './mask-part.js'
import type { Pixels } from './pixels.js'
import type { RowOptions } from './rows-of-images.js'

/** What `ImageDataBunch.from_folder` is given: names of the folders that train and validate, or a fraction that validates. */
export interface FolderOptions extends ImageBunchOptions, MaskOptions {
  /** Name of the folder of pictures to train on. Default 'train'. */
  train?: string | undefined
  /** Name of the folder of pictures to validate on. Default 'valid'. */
  valid?: string | undefined
  /** Part of the pictures to validate on, chosen at random, where all lie in one folder. */
  valid_pct?: number | undefined
}

/** What bunches of named pictures are given: sizes, transforms, and the fraction that validates. */
export interface NamesOptions extends ImageBunchOptions, RandomSplitOptions {}

/** What `ImageDataBunch.from_df` is given: which columns hold names and labels, and what validates. */
export interface ImageRowsOptions extends ImageBunchOptions, RandomSplitOptions, RowOptions {}

/** What `ImageDataBunch.from_csv` is given: the file of names and labels, and how it is read. */
export interface ImageCsvOptions extends ImageRowsOptions {
  /** The table: the name of a file in the folder, a File, or bytes. Default 'labels.csv'. */
  csv_labels?: FileSource | undefined
  /** Sign between its columns. Default: found by looking. */
  delimiter?: string | undefined
}

/** What `ImageDataBunch.from_arrays` is given: pixels and labels of all pictures, their shape, and what validates. */
export interface ImageArraysOptions extends ImageBunchOptions {
  /** Pictures one after the other: bytes from 0 to 255, or floats from 0 to 1; or a list of an array for each. */
  x: TypedArray | readonly TypedArray[]
  /** Labels, numbers or names; a Float32Array holds values, and a list of typed arrays a mask for each. */
  y: TypedArray | readonly (string | number)[] | readonly TypedArray[]
  /** Height, width, and channels where there are several. */
  shape: readonly number[]
  valid?: { x: ImageArraysOptions['x']; y: ImageArraysOptions['y'] } | undefined
  valid_pct?: number | undefined
}

const randomKinds: Kinds<RandomSplitOptions> = { valid_pct: kind.number }
const folderKinds: Kinds<FolderOptions> = {
  ...{ ...imageBunchKinds, ...maskKinds, ...randomKinds, train: kind.string, valid: kind.string },
}
const namesKinds: Kinds<NamesOptions> = { ...imageBunchKinds, ...randomKinds }
const arraysKinds: Kinds<ImageArraysOptions> = {
  ...{
    ...imageBunchKinds,
    x: kind.any,
    y: kind.any,
    shape: kind.listOf(kind.number),
    valid: kind.object,
    valid_pct: kind.number,
  },
}

const fileKind: Kind = {
  expected: 'the name of a file in the folder, a File or Blob, or bytes',
  fits: value =>
    typeof value === 'string' || [URL, Blob, ArrayBuffer].some(type => value instanceof type) || ArrayBuffer.isView(value),
}

/** Without what makes data of typed arrays alone, which has another form here. */
const Items = ItemDataBunch as unknown as Omit<typeof ItemDataBunch, 'prototype' | 'from_arrays'> &
  (new (
    ...args: ConstructorParameters<typeof ItemDataBunch>
  ) => ItemDataBunch)

/**
 * Data of pictures, floats from 0 to 1 of [height, width, channels], and what is seen on them: a class, several labels, values, or a class for each
 * pixel. Files are read when a batch wants them.
 *
 * Source: fastai 1's `ImageDataBunch`.
 *
 * @example
 * const data = await ImageDataBunch.from_folder('pets', { size: 224, ds_tfms: get_transforms(), bs: 32 })
 */
export class ImageDataBunch extends Items {
  static override readonly name: string = 'ImageDataBunch'

  /**
   * From a folder of folders, one a class: in `train` and `valid`, or all in one, of which a part validates. Other folders beside these two, such as
   * `test`, are left out. With `get_mask` folders say nothing of the target.
   *
   * @param path of the folder; in a page the Files that a person chose, `<input type="file" webkitdirectory>`
   * @throws RangeError for files without a class, a class alone, one with no picture to train on, and folders without pictures; Error for what is no
   * folder; and as {@link ItemDataBunch}; TypeError for an unknown option, here and below
   *
   * @example
   * const data = await ImageDataBunch.from_folder('mnist_png', { channels: 1, valid_pct: 0.2, seed: 1 })
   */
  static async from_folder(path: string | URL | readonly File[], options: FolderOptions = {}): Promise<ImageDataBunch> {
    checkOptions<FolderOptions>('ImageDataBunch.from_folder', options, folderKinds)
    const { train = 'train', valid = 'valid', valid_pct, get_mask, mask_values, ...rest } = options
    const found: readonly (string | File)[] = await get_image_files(path as string)
    const root = Array.isArray(path) ? undefined : pathOf(path as string | URL)
    const title = root ?? 'the Files'
    const { items: files, split } = usedItems(
      found,
      valid_pct === undefined
        ? foldersSplit(found, root, [train, valid], title)
        : randomSplit(found.length, valid_pct, rest.seed),
    )
    if (get_mask) {
      const items = files.map((x): Labelled => ({ x, y: get_mask(x) }))
      const block = MaskBlock({ codes: requireCodes(rest.classes), ...(mask_values && { values: mask_values }) })
      return ImageDataBunch.#of({ items, split, title }, block as Block, rest)
    }
    const folders = valid_pct === undefined ? 2 : 1
    const items = files.map((x): Labelled => {
      const names = namesInside(x, root)
      if (names.length > folders) return { x, y: names.at(-2) }
      throw rangeError(
        'no-class-folder',
        `${nameOf(x)} lies in no folder of a class: expected ${folders === 2 ? `${names[0]}/` : ''}class/${names.at(-1)} in ${title}.`,
      )
    })
    return ImageDataBunch.#of({ items, split, title }, undefined, rest)
  }

  /**
   * By a part of each path: the first group of a pattern.
   *
   * @param path of the folder that the names are in; '' where they are whole paths
   * @param fnames names of files in it, as {@link get_image_files} gives them with the folder
   *
   * @example
   * const data = await ImageDataBunch.from_name_re('', await get_image_files('pets'), /([^/]+)_\d+\.jpg$/, { size: 224 })
   */
  static async from_name_re(
    path: string | URL,
    fnames: readonly string[],
    pat: RegExp | string,
    options: NamesOptions = {},
  ): Promise<ImageDataBunch> {
    const label = RegexLabeller(pat)
    requireNames('ImageDataBunch.from_name_re', fnames)
    return ImageDataBunch.from_lists(
      path,
      fnames,
      fnames.map(name => label(name)),
      options,
    )
  }

  /**
   * From names of files and a label for each: a class, a list of labels, a number or a list of numbers.
   *
   * @param path of the folder that they are in; '' where they are whole paths
   */
  static async from_lists(
    path: string | URL,
    fnames: readonly string[],
    labels: readonly (string | number)[],
    options: NamesOptions = {},
  ): Promise<ImageDataBunch> {
    checkOptions<NamesOptions>('ImageDataBunch.from_lists', options, namesKinds)
    requireNames('ImageDataBunch.from_lists', fnames)
    if (!Array.isArray(labels) || labels.length !== fnames.length)
      throw rangeError(
        'lengths-differ',
        `There are ${fnames.length} names of files, but labels is ${show(labels)}; expected a list of as many.`,
      )
    const { valid_pct = 0.2, ...rest } = options
    const items = fnames.map((name, i): Labelled => ({ x: placed(path, name), y: labels[i] }))
    const split = randomSplit(items.length, valid_pct, rest.seed)
    return ImageDataBunch.#of({ items, split, title: titleOf(path) }, undefined, rest)
  }

  /**
   * From a table of files and labels in a folder.
   *
   * @param path of the folder
   * @throws RangeError for a row without a label or a name, and a path that leads out of the folder; as {@link from_folder}, and as `readTable`
   *
   * @example
   * const data = await ImageDataBunch.from_csv('planet', { folder: 'train', suffix: '.jpg', label_delim: ' ', size: 128 })
   */
  static async from_csv(path: string | URL, options: ImageCsvOptions = {}): Promise<ImageDataBunch> {
    const { rowKinds } = await import('./rows-of-images.js')
    checkOptions<ImageCsvOptions>('ImageDataBunch.from_csv', options, {
      ...{ ...namesKinds, ...rowKinds, csv_labels: fileKind, delimiter: kind.string },
    })
    const { csv_labels = 'labels.csv', delimiter, ...rest } = options
    const { readTable } = await import('../source/read-table.js')
    const isName = typeof csv_labels === 'string' && !csv_labels.includes('\n')
    const table = await readTable(
      isName ? placed(path, csv_labels) : csv_labels,
      delimiter === undefined ? {} : { sep: delimiter },
    )
    return ImageDataBunch.from_df(path, table, rest)
  }

  /** From a table in memory. Throws as {@link from_csv}. */
  static async from_df(path: string | URL, df: TableLike, options: ImageRowsOptions = {}): Promise<ImageDataBunch> {
    const { rowKinds, rowsOfImages } = await import('./rows-of-images.js')
    checkOptions<ImageRowsOptions>('ImageDataBunch.from_df', options, { ...namesKinds, ...rowKinds })
    const { fn_col, label_col, label_delim, suffix, folder, valid_col, valid_pct, ...rest } = options
    const where = folder === undefined ? path : placed(path, folder)
    const rows = rowsOfImages(
      df,
      { fn_col, label_col, label_delim, suffix, valid_col },
      { valid_pct, seed: rest.seed, classes: rest.classes },
    )
    const items = rows.names.map((name, i): Labelled => ({ x: placed(where, name), y: rows.labels[i] }))
    return ImageDataBunch.#of({ items, split: rows.split, title: rows.title }, rows.block, rest)
  }

  /**
   * From pictures in memory.
   *
   * @throws RangeError when they do not divide into pictures of the shape, or there are as many labels not
   *
   * @example
   * const x = new Uint8Array(8 * 28 * 28)
   * const data = await ImageDataBunch.from_arrays({ x, y: [0, 1, 2, 3, 0, 1, 2, 3], shape: [28, 28], valid_pct: 0.5, seed: 2, bs: 2, channels: 1 })
   */
  static async from_arrays(options: ImageArraysOptions): Promise<ImageDataBunch> {
    checkOptions<ImageArraysOptions>('ImageDataBunch.from_arrays', options, arraysKinds)
    const { x, y, shape, valid, valid_pct, ...rest } = options
    if (valid && valid_pct !== undefined)
      throw typeError('one-or-other', 'Both valid and valid_pct are given: choose one way to get a validation set.')
    const own = picturesOf(x, y, shape, rest.classes)
    const others = valid ? picturesOf(valid.x, valid.y, shape, rest.classes) : []
    const items = [...own, ...others]
    const all = Int32Array.from(items.keys())
    const split: Split = valid
      ? [all.subarray(0, own.length), all.subarray(own.length)]
      : randomSplit(items.length, valid_pct ?? 0.2, rest.seed)
    const first = items[0]!.y
    const isMask = typeof first === 'object' && first !== null
    const isValue = y instanceof Float32Array || y instanceof Float64Array
    const block = isMask ? MaskBlock({ codes: requireCodes(rest.classes) }) : isValue ? RegressionBlock() : undefined
    // Pictures are at hand: to bring them to another thread takes longer than to change them here.
    return ImageDataBunch.#of({ items, split, title: 'the arrays' }, block as Block | undefined, { num_workers: 0, ...rest })
  }

  /**
   * The same data with normalized values: by the means and standard deviations given, as {@link imagenet_stats}, or by those of a batch to train on.
   *
   * @example
   * const data = await ImageDataBunch.from_folder('pets', { size: 224 })
   * const normalized = await data.normalize(imagenet_stats)
   */
  async normalize(stats?: Stats): Promise<ImageDataBunch> {
    const { what, options } = this.made
    const part = what.x as ImagePart
    const { channels } = part.state()
    if (stats) checkStats(stats, channels)
    const own = stats ?? (await (await import('./batch-stats.js')).batchStats(this.train_ds!, channels, this.train_dl.batchSize))
    return ImageDataBunch.from_parts({ ...what, x: part.normalized(own) }, options)
  }

  static async #of(
    { items, split, title }: Pick<ItemParts, 'items' | 'split' | 'title'>,
    block: Block | undefined,
    options: ImageBunchOptions,
  ): Promise<ImageDataBunch> {
    const { size, ds_tfms, item_tfms, batch_tfms, resize_method = 'crop', padding_mode = 'reflection', ...others } = options
    const { classes, channels, stats, maxPixels, ...rest } = others
    const more = [...listOf(item_tfms), ...listOf(batch_tfms)]
    const image: ImageBlockOptions = { channels, stats, maxPixels }
    const [train, valid] = pairOf(ds_tfms).map(tfms => arranged([...tfms, ...more], { size, resize_method, padding_mode }))
    const targets: Block = block ?? (CategoryBlock(classes) as Block)
    const ys = items.map(({ y }) => y)
    const x = await ImageBlock(image).fit([], split[0])
    const y = await targets.fit(ys, split[0])
    return ImageDataBunch.from_parts({ items, split, x, y, tfms: train!, valid_tfms: valid!, title }, rest as ItemBunchOptions)
  }
}

/** Names of folders from the root on, and of the file. */
function namesInside(file: string | File, root: string | undefined): string[] {
  if (typeof file !== 'string') {
    const { webkitRelativePath } = file as { webkitRelativePath?: string }
    // The first name is that of the folder that was chosen.
    return webkitRelativePath ? namesOnPath(webkitRelativePath).slice(1) : [file.name]
  }
  return foldersOn(file).slice(foldersOn(root!).length)
}

/** Without what a listing leaves out of a path: '.', and a slash that is there twice or at the end. */
function foldersOn(path: string): string[] {
  return namesOnPath(path).filter(name => name !== '' && name !== '.')
}

function foldersSplit(
  files: readonly (string | File)[],
  root: string | undefined,
  sides: readonly [train: string, valid: string],
  title: string,
): Split {
  const first = files.map(file => namesInside(file, root)).map(names => (names.length > 1 ? names[0] : undefined))
  const [train, valid] = sides.map(name => {
    const side = Int32Array.from(files.keys()).filter(i => first[i] === name)
    if (side.length > 0) return side
    throw rangeError(
      'no-files',
      `There are no pictures in ${title}/${name}; expected folders ${show(sides[0])} and ${show(sides[1])}, or valid_pct for a part of one folder.`,
    )
  })
  return [train!, valid!]
}

function requireCodes(classes: readonly string[] | undefined): readonly string[] {
  if (classes) return classes
  throw typeError('class-names', "The targets are masks: give the names of their classes, classes: ['background', ...].")
}

function requireNames(owner: string, fnames: unknown): asserts fnames is readonly string[] {
  if (!Array.isArray(fnames) || fnames.some(name => typeof name !== 'string'))
    throw typeError('wrong-argument', `${owner} takes the names of files, a list, but got ${show(fnames)}.`)
  if (fnames.length === 0) throw rangeError('empty-data', `${owner}: the list of files is empty; expected at least one.`)
}

/** A file in a folder; a whole path where there is none. */
function placed(folder: string | URL, name: string): string {
  return folder === '' ? name : String(inFolder(folder, name))
}

function titleOf(path: string | URL): string {
  return String(path) || 'the files'
}

function picturesOf(
  x: ImageArraysOptions['x'],
  y: ImageArraysOptions['y'],
  shape: readonly number[],
  classes: readonly string[] | undefined,
): Labelled<Pixels>[] {
  const [height, width, channels = 1] = shape ?? []
  if (![2, 3].includes(shape?.length) || ![1, 3, 4].includes(channels))
    throw rangeError('data-shape', `shape is ${show(shape)}; expected [height, width] or [height, width, channels], 1, 3 or 4.`)
  for (const side of [height, width]) checkCount('a side of shape', side, 1)
  const size = sizeOf(shape)
  const list = isTypedArray(x) ? Array.from({ length: x.length / size }, (_, i) => x.subarray(i * size, (i + 1) * size)) : x
  if (!Array.isArray(list) || (isTypedArray(x) && x.length % size !== 0) || list.some(each => each?.length !== size))
    throw rangeError('data-shape', `x is ${show(x)}; expected pictures of ${size} values each, for the shape [${shape}].`)
  if (!(Array.isArray(y) || isTypedArray(y)) || y.length !== list.length)
    throw rangeError('lengths-differ', `There are ${list.length} pictures in x, but y is ${show(y)}; expected a label for each.`)
  return list.map((data: TypedArray, i): Labelled<Pixels> => {
    const label = y[i]!
    const pixels = {
      data: data instanceof Uint8Array || data instanceof Uint8ClampedArray ? bytesOf(data) : Float32Array.from(data),
      height: height!,
      width: width!,
      channels,
    }
    if (isTypedArray(label))
      return { x: pixels, y: { data: Uint8Array.from(label), height: height!, width: width!, channels: 1 } }
    return {
      x: pixels,
      y: classes && typeof label === 'number' && !(y instanceof Float32Array) ? (classes[label] ?? label) : label,
    }
  })
}

function bytesOf(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.length)
}
