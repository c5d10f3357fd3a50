import type { Tensors } from '@onecycle/callbacks'
import { backend, engine, env, getBackend, type Scalar, type Tensor, util } from '@tensorflow/tfjs-core'
import { variablesOf } from '../model/parameters.js'
import { randomBy } from '../random/draws.js'
import { Fields, isPureModel } from './layers.js'
import type { ReplayBackend } from './program.js'
import { Recording } from './recording.js'
import type { Recorders, Repeatable } from './repeatable.js'
import { isPure } from './replayable.js'
import type { Gradients, Replay, Stepping } from './seam.js'

type Pass = () => Gradients | undefined

/** A step that can be run again. */
interface Known {
  readonly program: Repeatable
  readonly batch: readonly Pick<Tensor, 'shape' | 'dtype'>[]
  /** How many predictions there are in a list; undefined for one that is in none. */
  readonly predictions: number | undefined
  /** Of the gradients. */
  readonly names: readonly string[]
}

/** Shapes of batches of which steps are known: a last, smaller one is among them. */
const mostShapes = 4

/** How often in a pass a step is recorded in vain, or fields of layers change, until it is left at that. */
const mostTries = 3

/** The steps of one Learner. Those that are known stand as long as what was recorded is what would be done. */
class Steps {
  #known: Known[] = []
  readonly #seen = new Map<string, number>()
  #fields: Fields | undefined
  #trained: Stepping['trained'] = []
  #held: unknown
  #isPure = false
  #tries = 0

  take(learn: Stepping, pass: Pass): Gradients | undefined {
    if (!isUnwatched(learn)) return pass()
    if (learn.trained !== this.#trained) this.#begin(learn)
    if (this.#fields && !this.#fields.areTheSame()) this.#lookAgain(learn)
    if (!this.#isPure || this.#tries >= mostTries) return pass()
    const batch = tensorsOf(learn)
    const known = this.#known.find(each => fits(each, batch))
    if (known) return this.#again(learn, known, batch, pass)
    return this.#known.length < mostShapes && this.#isUsual(batch) ? this.#record(learn, batch, pass) : pass()
  }

  /** Whether there were as many batches of these shapes as it takes before one is recorded. */
  #isUsual(batch: readonly Tensor[]): boolean {
    const { after } = recorders.get(getBackend())!
    if (after === 0) return true
    const key = batch.map(({ shape, dtype }) => `${dtype} ${shape}`).join(';')
    const before = this.#seen.get(key) ?? 0
    this.#seen.set(key, before + 1)
    return before >= after
  }

  /** In another pass over the data other parameters may train, and kernels may have been replaced. */
  #begin(learn: Stepping): void {
    const { trained, forwardPass, model, loss_func } = learn
    const isSame =
      forwardPass.held === this.#held &&
      trained.length === this.#trained.length &&
      trained.every(({ variable }, i) => variable === this.#trained[i]!.variable) &&
      this.#known.every(({ program }) => program.isCurrent())
    if (!isSame) this.#forget()
    this.#trained = trained
    this.#held = forwardPass.held
    this.#isPure = isPure(loss_func) && isPureModel(model)
    this.#tries = 0
  }

  #lookAgain({ model }: Stepping): void {
    this.#forget()
    this.#tries++
    this.#isPure &&= isPureModel(model)
  }

  #forget(): void {
    this.#known = []
    this.#fields = undefined
  }

  #again(learn: Stepping, { program, names, predictions }: Known, batch: readonly Tensor[], pass: Pass): Gradients | undefined {
    let results: Tensor[]
    const drawn: number[] = []
    // Where the batch's own draws stand: see `drawFrom`.
    const { random } = Math
    const draw = () => {
      const next = random()
      drawn.push(next)
      return next
    }
    try {
      results = program.run(batch, draw)
    } catch {
      // Whatever is wrong is wrong in the usual way too, which says what it is.
      this.#forget()
      return randomBy(() => drawn.shift() ?? random(), pass)
    }
    const first = 1 + (predictions ?? 1)
    learn.pred = predictions === undefined ? results[1]! : results.slice(1, first)
    learn.loss = results[0] as Scalar
    const gradients: Record<string, Tensor> = {}
    for (let i = 0; i < names.length; i++) gradients[names[i]!] = results[first + i]!
    return gradients
  }

  #record(learn: Stepping, batch: readonly Tensor[], pass: Pass): Gradients | undefined {
    const variables = [...variablesOf(learn.model)]
    const before = variables.map(({ dataId }) => dataId)
    const recording = recorders.get(getBackend())!.recorder(batch, variables)
    // The loop asks for the loss before the way back begins.
    const gradients = recording.during(pass, dataId => dataId === learn.loss?.dataId)
    if (!gradients) return undefined
    const { pred, loss } = learn
    const predictions = Array.isArray(pred) ? pred : [pred]
    const written = variables.filter(({ dataId }, i) => dataId !== before[i])
    const program = recording.program([loss, ...predictions, ...Object.values(gradients)], written)
    if (!program) this.#tries++
    else {
      this.#fields ??= new Fields(learn.model)
      this.#known.push({
        program,
        batch: batch.map(({ shape, dtype }) => ({ shape, dtype })),
        predictions: Array.isArray(pred) ? pred.length : undefined,
        names: Object.keys(gradients),
      })
    }
    return gradients
  }
}

const kernels: Recorders = (batch, variables) => new Recording(backend() as unknown as ReplayBackend, batch, variables)

const recorders = new Map([
  ['wasm', { recorder: kernels, after: 0 }],
  ['webgpu', { recorder: kernels, after: 0 }],
])

/**
 * Has steps on another backend be recorded in another way than by their kernels.
 *
 * @param after how many batches of the same shapes: what is recorded may cost more than it saves in a few of them
 */
export function recordBy(backendName: string, recorder: Recorders, after: number): void {
  recorders.set(backendName, { recorder, after })
}

/** Whether nobody looks at what goes on in a step: neither a callback, nor who watches kernels, nor a gradient around it. */
function isUnwatched({ bus }: Stepping): boolean {
  const { state } = engine()
  return (
    recorders.has(getBackend()) &&
    !(bus.hears('after_pred') || bus.hears('after_loss') || bus.hears('before_backward')) &&
    !(state.gradientDepth > 0 || state.profiling || env().getBool('DEBUG')) &&
    !Object.hasOwn(engine(), 'runKernelFunc')
  )
}

function tensorsOf({ xb, yb, weights }: Stepping): Tensor[] {
  const all = (tensors: Tensors) => (Array.isArray(tensors) ? tensors : [tensors])
  return [...all(xb), ...all(yb), ...(weights ? [weights] : [])]
}

function fits({ batch, program }: Known, tensors: readonly Tensor[]): boolean {
  if (batch.length !== tensors.length || program.backend !== backend()) return false
  for (let i = 0; i < batch.length; i++) {
    const [{ shape, dtype }, tensor] = [batch[i]!, tensors[i]!]
    if (dtype !== tensor.dtype || !util.arraysEqual(shape, tensor.shape)) return false
  }
  return true
}

const steps = new WeakMap<Stepping, Steps>()

/**
 * Gives what prediction, loss and gradients of a training batch are by running the kernels of an earlier step again, where nothing but its
 * tensors can have changed; elsewhere `pass` does it, and may be what is run again next time.
 *
 * Source: what CUDA calls graphs.
 */
export const replay: Replay = (learn, pass) => {
  let own = steps.get(learn)
  if (!own) {
    own = new Steps()
    steps.set(learn, own)
  }
  return own.take(learn, pass)
}
