import { show, typeError } from '@onecycle/platform'
import { engine, findBackendFactory, getBackend, setBackend } from '@tensorflow/tfjs-core'
import { beginsEarly } from '#backend/begins-early.js'
import { MathBackendCPU } from '#backend/tfjs-cpu.js'
import { isChoosing } from './choosing.js'

/** What TensorFlow.js makes anew whenever a backend is set, as it was when the choice was left to us; undefined when it is not. */
let untouched: unknown
let choosing: Promise<unknown> | undefined

/**
 * Leaves the choice of the backend to {@link ready}, unless the program has chosen one already or does so until then. What it
 * builds meanwhile, such as a model, is made on the cpu and moves over when it is first used.
 */
export function chooseLater(): void {
  if (getBackend()) return
  // Its factory is synchronous, and so is all of this.
  void setBackend('cpu')
  // Its first tensor would print a banner about tfjs-node. Bundlers keep the package for what is used of it: it does not say of itself
  // that importing it does something.
  const { backend } = engine()
  if (backend instanceof MathBackendCPU) Object.assign(backend, { firstUse: false })
  untouched = profiler()
  // A program says where its files lie, or what it prefers, before it lets others work.
  if (beginsEarly) setTimeout(loadEarly)
}

/** Loads in the background what {@link ready} will need, as it seems now. */
async function loadEarly(): Promise<void> {
  if (untouched === undefined || profiler() !== untouched || choosing || isChoosing() || findBackendFactory('webgpu')) return
  try {
    const { loadWasm } = await import('./wasm/internal.js')
    await loadWasm()
  } catch {
    // Who waits for it tries again, and says why it does not come.
  }
}

/**
 * Resolves when TensorFlow.js has the backend that it will train on: the one that the program has set, or else the best one present,
 * as `useBackend` chooses it. A Learner waits for it by itself; await it before other work with tensors.
 *
 * @throws as `useBackend` does; TypeError for a choice of one.
 * @example
 * await ready()
 * console.log(tf.getBackend())   // wasm
 */
export async function ready(...given: []): Promise<void> {
  const [choice] = given as [unknown?]
  if (isChoice(choice))
    throw typeError(
      'wrong-argument',
      `ready() leaves the choice to others, but got ${show(choice)}. Choose: await useBackend({ prefer: 'cpu' }).`,
    )
  if (untouched === undefined) return
  choosing ??= choose().finally(() => {
    choosing = undefined
  })
  await choosing
}

/** Not what the hooks of a test runner hand to a function, say. */
function isChoice(given: unknown): boolean {
  if (typeof given === 'string') return true
  return typeof given === 'object' && given !== null && ['prefer', 'backend', 'threads', 'simd'].some(name => name in given)
}

async function choose(): Promise<void> {
  const { useBackend } = await import('./use-backend.js')
  if (profiler() === untouched) await useBackend()
  untouched = undefined
}

function profiler(): unknown {
  return (engine() as unknown as { profiler: unknown }).profiler
}
