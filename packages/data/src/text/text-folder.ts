import { type FileSource, filesIn, nameOf, nearestName, rangeError, show, typeError } from '@onecycle/platform'
import { allOf } from '../all-of.js'
import { Column } from '../column.js'
import { inFolder } from '../datasets/folder.js'
import { randomSplit, type Split } from '../random-split.js'
import { type LabelledTexts, requireText } from './labelled-texts.js'
import { readText } from './read-text.js'

/** Files that are read at a time. */
const atOnce = 64

/**
 * Paths of the text files of a folder and those within it, in order.
 *
 * Source: fastai's `get_text_files`.
 *
 * @param folder a path; a page has none
 * @param extensions what their names end in. Default '.txt'
 * @throws Error where there is no such folder; RangeError where there is no such file in it
 * @example
 * const files = await get_text_files('imdb/train')   // ['imdb/train/neg/0_3.txt', ...]
 */
export async function get_text_files(folder: string, extensions: readonly string[] = ['.txt']): Promise<string[]> {
  if (typeof folder !== 'string' || folder === '')
    throw typeError('wrong-argument', `get_text_files takes the path of a folder, but got ${show(folder)}.`)
  const all = await filesIn(folder)
  const files = all.filter(file => extensions.some(end => file.toLowerCase().endsWith(end)))
  if (files.length === 0)
    throw rangeError(
      'no-files',
      `${nameOf(folder)} ${all.length === 0 ? 'is empty' : `has ${all.length} files, such as ${show(all[0])}, and none of them ends in ${extensions.join(' or ')}`}; expected ` +
        'files of text.',
    )
  return files.map(file => inFolder(folder, file) as string)
}

/** How a folder is divided. */
export interface TextFolderOptions {
  /** The folder in it with the texts to train on, a folder for each class. Default 'train'. */
  train?: string | undefined
  /** The folder in it with the texts to validate on. Default 'valid'. */
  valid?: string | undefined
  /** Classes, where not all folders are some. */
  classes?: readonly string[] | undefined
  /** What the names of the files end in. Default ['.txt']. */
  extensions?: readonly string[] | undefined
  /** How characters are written as bytes, as `TextDecoder` names it. Default 'utf-8'. */
  encoding?: string | undefined
}

interface TextFile {
  readonly path: string
  readonly label: string
  readonly side: 'train' | 'valid'
}

/**
 * The texts of a folder, each of the class whose folder it lies in.
 *
 * @param valid_pct part to validate on, of a folder that is not divided itself
 */
export async function textsOfFolder(
  folder: string,
  options: TextFolderOptions,
  valid_pct: number | undefined,
  seed: number,
): Promise<LabelledTexts> {
  const { train = 'train', valid = 'valid', encoding } = options
  for (const name of [train, valid]) inFolder(folder, name)
  const paths = await get_text_files(folder, options.extensions)
  const all = filesOf(folder, paths, { train, valid }, valid_pct === undefined)
  const classes = options.classes ?? [...new Set(all.map(({ label }) => label))].sort((a, b) => (a < b ? -1 : 1))
  requireClasses(folder, all, classes, valid_pct === undefined)
  const files = all.filter(({ label }) => classes.includes(label))
  const texts: string[][] = []
  for (let at = 0; at < files.length; at += atOnce)
    texts.push(...(await allOf(files.slice(at, at + atOnce).map(({ path }) => read(path, encoding)))))
  const where = (side: TextFile['side']) => Int32Array.from([...files.keys()].filter(i => files[i]!.side === side))
  const split: Split = valid_pct === undefined ? [where('train'), where('valid')] : randomSplit(files.length, valid_pct, seed)
  const y = new Column(Int32Array.from(files, ({ label }) => classes.indexOf(label)))
  const targets = { names: ['class'], target: 'class' as const, classes, y }
  return { texts, fields: undefined, targets, split, title: nameOf(folder) }
}

async function read(path: FileSource & string, encoding: string | undefined): Promise<string[]> {
  const text = [await readText(path, encoding)]
  requireText(text, nameOf(path))
  return text
}

function filesOf(
  folder: string,
  paths: readonly string[],
  { train, valid }: { train: string; valid: string },
  divided: boolean,
): TextFile[] {
  const above = String(inFolder(folder, 'x')).length - 1
  const files: TextFile[] = []
  for (const path of paths) {
    const names = path.slice(above).split('/')
    const side = names[0] === valid ? 'valid' : 'train'
    if (divided && names[0] !== train && names[0] !== valid) continue
    const label = names.at(-2)
    if (label === undefined || (divided && names.length < 3))
      throw rangeError(
        'no-class-folder',
        `${nameOf(path)} lies in no folder of a class: expected ${divided ? `${train}/class/file` : 'class/file'}. Move it, or leave it out.`,
      )
    files.push({ path, label, side })
  }
  if (divided && !(files.some(({ side }) => side === 'train') && files.some(({ side }) => side === 'valid')))
    throw rangeError(
      'no-files',
      `${nameOf(folder)} has no texts in ${files.length === 0 ? `${train} and ${valid}` : files[0]!.side === 'train' ? valid : train}: to divide one folder at random give ` +
        'valid_pct: 0.2.',
    )
  return files
}

function requireClasses(folder: string, files: readonly TextFile[], classes: readonly string[], divided: boolean): void {
  for (const name of classes) {
    const own = files.filter(({ label }) => label === name)
    if (own.length === 0) {
      const meant = nearestName(name, [...new Set(files.map(({ label }) => label))])
      throw rangeError(
        'no-files',
        `${nameOf(folder)} has no texts of the class ${show(name)}${meant ? `; did you mean ${show(meant)}?` : '.'}`,
      )
    }
    if (divided && own.every(({ side }) => side === 'valid'))
      throw rangeError(
        'class-only-validates',
        `${nameOf(folder)} has texts of the class ${show(name)} to validate on, and none to train on.`,
      )
  }
  if (classes.length < 2)
    throw rangeError(
      'one-class',
      `${nameOf(folder)} has texts of the class ${show(classes[0])} alone: with one class there is nothing to tell apart. Expected a folder for each.`,
    )
}
