import { ready } from '@onecycle/backend'
import type { ImageSource, ItemInputs, Row, Table, TableLike } from '@onecycle/data'
import { restoreInputs } from '@onecycle/data/internal'
import { codeOf, type FileSource, joined, nameOf, plainError, Random, read, schemeOf, show, typeError } from '@onecycle/platform'
import { dispose, io, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers'
import { inputNamesOf } from '../model/arrange-inputs.js'
import { disposeModel } from '../model/dispose-model.js'
import { type Samples, sampleTensors } from '../model/sample-tensors.js'
import { isLayersModel } from '../model/trainable-model.js'
import { type Answer, answersOf } from './answer.js'
import { answerItems } from './answer-items.js'
import type { GeneratedTexts, GenerateOptions } from './generate.js'
import { type Manifest, parseModelJson } from './manifest.js'
import { registerLayers } from './own-layers.js'
import type { PredictCsvOptions, PredictedCsv } from './predict-csv.js'

/**
 * What {@link load_learner} reads: the folder that `learn.export` wrote, as a path or a URL; its files, as they were dropped on a page; or what
 * `learn.exportFiles` gave, by name.
 */
export type ExportSource = string | URL | Iterable<File> | Readonly<Record<string, FileSource>>

/**
 * A trained model that predicts, and does not train: rows of a table as they are written in it, or samples as the model takes them.
 * {@link load_learner} makes it.
 *
 * @example
 * const churn = await load_learner('models/churn')
 * await churn.predict({ age: 41, city: 'Bern' })   // { label: 'no', probs: { no: 0.93, yes: 0.07 } }
 */
export class Predictor {
  static readonly name: string = 'Predictor'
  /** Of TensorFlow.js's own layers, and of attention; its outputs are probabilities where classes are predicted. */
  readonly model: LayersModel
  /** What was exported, and by which versions. */
  readonly manifest: Manifest
  readonly #inputs: ItemInputs | undefined
  readonly #random = new Random().fork('generate')

  /** Made by {@link load_learner}. */
  constructor(model: LayersModel, manifest: Manifest, inputs?: ItemInputs) {
    if (!isLayersModel(model) || !Array.isArray((manifest as Manifest | null)?.outputs))
      throw typeError('not-by-new', "A Predictor is made by load_learner: await load_learner('models/churn').")
    this.model = model
    this.manifest = manifest
    this.#inputs = inputs
  }

  /** Names of the classes, where one of several is predicted. */
  get classes(): readonly string[] | undefined {
    return this.manifest.outputs.length === 1 ? this.manifest.outputs[0]!.classes : undefined
  }

  /**
   * What the model says of a row, or of a list or a table of rows: the columns that it was trained on, by name, categories it has never seen
   * among them. A model that was not trained on a table takes samples, numbers nested as deep as its input or a tensor.
   *
   * @returns `{ label, probs }`, `{ labels, probs }` or `{ value }`, plain JSON; of several outputs by their names; for several rows or samples a list
   * @throws RangeError for a column that is not there, a number that is not finite, or samples that do not fit
   */
  async predict(rows: readonly Row[] | Table): Promise<Answer[]>
  async predict(row: Row): Promise<Answer>
  async predict(samples: Samples | readonly Samples[] | Readonly<Record<string, Samples>>): Promise<Answer | Answer[]>
  async predict(text: string): Promise<Answer>
  async predict(texts: readonly string[]): Promise<Answer[]>
  /** A picture: a path or another address, a Blob, the bytes of a file, pixels, an `ImageData`, or a tensor [height, width, channels]. */
  async predict(picture: ImageSource): Promise<Answer>
  async predict(pictures: readonly ImageSource[]): Promise<Answer[]>
  /** Of a language model, a text that goes on from its beginning by so many tokens, as the `predict` of a {@link LanguageLearner}. */
  async predict(prompt: string, n_words: number, options?: GenerateOptions): Promise<string>
  async predict(given: unknown, n_words?: number, options: GenerateOptions = {}): Promise<unknown> {
    await ready()
    if (this.#inputs && 'vocab' in this.#inputs && this.manifest.outputs[0]!.each !== undefined)
      return this.#goOn(given as string, n_words ?? 1, options)
    if (n_words !== undefined)
      throw typeError(
        'another-kind',
        'predict takes what is predicted alone: this is no language model, which takes a number of words too.',
      )
    if (this.#inputs?.takes(given, inputNamesOf(this.model)))
      return answerItems(this.#inputs, given, this.manifest.outputs, xs => this.#forward(xs))
    const shapes = this.model.inputs.map(({ shape }) => shape)
    const xs = sampleTensors(given as Samples, shapes, inputNamesOf(this.model))
    const answers = await this.#answers(xs, given)
    return isOne(given, shapes[0]!.length) ? answers[0]! : answers
  }

  /**
   * Writes rows of a file or of a table beside what the model says of each as CSV: `label` and `probs.no`, `labels`, `value`, or `kind.label` of several
   * outputs. A part of the rows is in memory at a time, and the file appears whole or not at all.
   *
   * @param rows a path or another address, a File or Blob, bytes, a text of several lines; or a table, rows or columns. CSV files are read as that of
   * training was, where options do not say otherwise
   * @param to a path or another address, as of `save`
   * @throws RangeError for a column that is not there, cells that cannot be read as in training, or a name that rows and predictions have; Error for files
   * that cannot be read or written
   * @example
   * const churn = await load_learner('models/churn')
   * await churn.predict_csv('new.csv', 'predicted.csv', { keep: ['id'] })   // { path, rows: 3000 }
   */
  async predict_csv(rows: FileSource | TableLike, to: string, options: PredictCsvOptions = {}): Promise<PredictedCsv> {
    const { predictCsv } = await import('./predict-csv.js')
    return predictCsv({ inputs: this.#inputs, predict: some => this.predict(some) }, rows, to, options)
  }

  async #goOn(prompt: string, n_words: number, options: GenerateOptions): Promise<string> {
    const { checkGenerate, generate } = await import('./generate.js')
    checkGenerate('predict', prompt, n_words, options)
    const random = options.seed === undefined ? this.#random : new Random(options.seed)
    return generate(this.model, this.#inputs as unknown as GeneratedTexts, prompt, n_words, options, random)
  }

  async #answers(xs: Tensor | Tensor[], given: unknown): Promise<Answer[]> {
    const outputs = this.#forward(xs)
    // A tensor that was given stays its owner's.
    const own = [xs].flat().filter(x => x !== given && !(Array.isArray(given) && given.includes(x)))
    try {
      return await answersOf(this.manifest.outputs, outputs)
    } finally {
      dispose([...own, ...outputs])
    }
  }

  #forward(xs: Tensor | Tensor[]): Tensor[] {
    return tidy(() => [this.model.predict(xs)].flat())
  }

  /** Frees the weights. */
  dispose(): void {
    disposeModel(this.model)
  }
}

/** Whether numbers are nested less deep than a batch. */
function isOne(given: unknown, axes: number): boolean {
  let depth = 0
  for (let each = given; Array.isArray(each); each = each[0]) depth++
  return depth > 0 ? depth < axes : typeof given === 'number'
}

/**
 * What `learn.export` wrote, to predict with: in Node, a page or a worker. It loads nothing that trains.
 *
 * Source: fastai's `load_learner`.
 *
 * @param source the folder, as a path or a URL (or its `model.json`); files that were dropped on a page; or files by name
 * @throws Error that says what cannot be read, or is none of an export
 * @example
 * const churn = await load_learner('https://example.org/churn')
 */
export async function load_learner(source: ExportSource): Promise<Predictor> {
  const files = filesOf(source)
  await ready()
  const text = new TextDecoder().decode(await read(files('model.json')))
  try {
    const json = parseModelJson(text)
    const paths = json.weightsManifest.flatMap(each => each.paths)
    const parts = await Promise.all(paths.map(path => read(files(path))))
    const artifacts: io.ModelArtifacts = {
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(each => each.weights) as io.WeightsManifestEntry[],
      weightData: joined(parts).buffer,
    }
    await registerLayers(json.modelTopology)
    const manifest = json.userDefinedMetadata.onecycle
    const inputs = manifest.inputs && (await restoreInputs(manifest.inputs))
    return new Predictor(await loadLayersModel(io.fromMemory(artifacts)), manifest, inputs)
  } catch (cause) {
    throw plainError(
      codeOf(cause, 'model-unreadable'),
      `Cannot load ${said(source)}: ${(cause as Error).message.replace(/\.$/, '')}.`,
      { cause },
    )
  }
}

/** Where a file of the export lies, by its name. */
function filesOf(source: ExportSource): (name: string) => FileSource {
  if (typeof source === 'string' || source instanceof URL) {
    const whole = String(source)
    const base = /\.json$/.test(whole) ? whole.replace(/[^/\\]*$/, '') : `${whole.replace(/\/+$/, '')}/`
    return name => `${base}${name}`
  }
  if (typeof source !== 'object' || source === null || source instanceof Blob || ArrayBuffer.isView(source))
    throw typeError(
      'wrong-argument',
      `load_learner takes the folder that learn.export wrote, its files, or files by name, but got ${show(source)}. One file alone is not enough.`,
    )
  const files = Symbol.iterator in source ? [...source].map(file => [nameOfFile(file), file] as const) : Object.entries(source)
  const byName = new Map<string, FileSource>(files)
  return name => {
    const file = byName.get(name)
    if (file !== undefined) return file
    throw plainError('model-file-missing', `There is no ${name} among the files: ${[...byName.keys()].join(', ') || 'none'}.`)
  }
}

function nameOfFile(file: File): string {
  if (file instanceof Blob && 'name' in file) return file.name
  throw typeError('wrong-argument', `One of the files that load_learner got is ${show(file)}; expected a File, which has a name.`)
}

function said(source: ExportSource): string {
  if (typeof source !== 'string' && !(source instanceof URL)) return 'the files'
  return schemeOf(String(source)) ? String(source) : nameOf(source)
}
