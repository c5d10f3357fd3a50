import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import { withSavedModel } from '#backend/saved-model.js'
import type { NativeBackend } from '../operations.js'
import { graphOf, type Outside, tag } from './graph.js'
import { type Operation, type Place, Tape } from './tape.js'

/** Of a graph: TensorFlow takes a third of a millisecond for each before it runs it first, and more than that for each of many more. */
const mostOperations = 4000

/** What TensorFlow is asked for in a step, noted to be run again as one graph. */
export class StepRecording {
  readonly #backend: NativeBackend
  readonly #outside: Outside[]
  readonly #tape: Tape

  /** @param outside tensors that are others each time */
  constructor(backend: NativeBackend, outside: readonly TensorInfo[]) {
    this.#backend = backend
    // Asked for here, values that are still to be handed over are so before anything is noted.
    const ids = backend.getInputTensorIds(outside)
    this.#outside = outside.map(({ dataId, shape }, place) => ({ place, shape, dtype: backend.tensorMap.get(dataId).dtype }))
    this.#tape = new Tape(backend, ids)
  }

  /** The first reason for which what was noted cannot be run again. */
  get reason(): string | undefined {
    return this.#tape.reason
  }

  refuse(reason: string): void {
    this.#tape.refuse(reason)
  }

  during<T>(work: () => T): T {
    return this.#tape.during(work)
  }

  /** Which of the tensors from outside it is; undefined for another one. */
  outsideOf(tensor: TensorInfo): number | undefined {
    const place = this.#placeOf(tensor)
    return place !== undefined && place < this.#outside.length ? place : undefined
  }

  /**
   * All that was noted.
   *
   * @param results tensors that are made each time
   * @returns undefined where it cannot be run again
   */
  step(results: readonly TensorInfo[]): RecordedStep | undefined {
    const places = results.map(result => this.#placeOf(result))
    if (new Set(places).size < places.length) this.refuse('two results have the same data')
    if (places.some(place => place !== undefined && place < this.#outside.length)) this.refuse('a result was there before')
    if (this.reason !== undefined) return undefined
    const asked = places as Place[]
    const { operations, constants } = needed(this.#tape, asked)
    if (operations.length > mostOperations) this.refuse('a graph of so many operations takes long to be read')
    if (this.reason !== undefined) return undefined
    const read = new Set(operations.flatMap(({ inputs }) => inputs))
    const outside = this.#outside.filter(({ place }) => read.has(place))
    try {
      const graph = graphOf(this.#backend.binding, outside, constants, operations)
      if (!graph) {
        this.refuse('an operation has an attribute of a kind that no graph is written with')
        return undefined
      }
      const model = withSavedModel(graph.file, folder => this.#backend.binding.loadSavedModel(folder, tag))
      if (model === undefined) return undefined
      const inputs = outside.map(({ place }) => graph.nameOf(place)).join()
      const used = outside.map(({ place }) => place)
      return new RecordedStep(this.#backend, model, used, inputs, asked.map(graph.nameOf).join())
    } catch (error) {
      this.refuse(String(error))
      return undefined
    }
  }

  #placeOf({ dataId }: TensorInfo): Place | undefined {
    return this.#tape.placeOf(this.#backend.tensorMap.get(dataId).id)
  }
}

/** What something depends on, in the order in which it ran. */
function needed({ operations, constants }: Tape, places: readonly Place[]): Pick<Tape, 'operations' | 'constants'> {
  const read = new Set(places)
  const kept: Operation[] = []
  for (const operation of operations.toReversed()) {
    if (!operation.outputs.some(({ place }) => read.has(place))) continue
    kept.unshift(operation)
    for (const place of operation.inputs) read.add(place)
  }
  return { operations: kept, constants: constants.filter(({ place }) => read.has(place)) }
}

const loaded = new FinalizationRegistry<() => void>(free => free())

/** A step as a graph that TensorFlow has. It goes when nobody has this any more. */
export class RecordedStep {
  readonly #backend: NativeBackend
  readonly #model: number
  readonly #used: readonly number[]
  readonly #inputs: string
  readonly #outputs: string

  constructor(backend: NativeBackend, model: number, used: readonly number[], inputs: string, outputs: string) {
    this.#backend = backend
    this.#model = model
    this.#used = used
    this.#inputs = inputs
    this.#outputs = outputs
    const { binding } = backend
    loaded.register(this, () => binding.deleteSavedModel(model))
  }

  /** @param outside in the order in which they were when it was recorded @returns the results, which are the caller's */
  run(outside: readonly TensorInfo[]): Tensor[] {
    const backend = this.#backend
    const ids = backend.getInputTensorIds(this.#used.map(place => outside[place]!))
    return backend.binding
      .runSavedModel(this.#model, ids, this.#inputs, this.#outputs)
      .map(made => backend.createOutputTensor(made))
  }
}
