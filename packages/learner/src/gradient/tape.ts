import { plainError } from '@onecycle/platform'
import { add, ones, type Scalar, type Tensor, util } from '@tensorflow/tfjs-core'
import { ours, type TapeNode } from './engine.js'
import { mendUnpack } from './unpack.js'

/**
 * Runs `forward`, and differentiates the scalar that it returns by the given tensors: undefined for those that it does not depend on, and
 * in place of all where it returns nothing to differentiate. The caller owns the gradients and the scalar; what was recorded is freed,
 * whatever happens.
 *
 * It does what `tf.grads` does, and frees as it goes: what a node has saved, and the gradient that came to it, are gone when it is done, where
 * `tf.grads` keeps everything to the end. Memory that has just been freed is in the cache when the next kernel asks for some.
 */
export function differentiateBy(forward: () => Scalar, xs: readonly Tensor[]): (Tensor | undefined)[]
export function differentiateBy(forward: () => Scalar | undefined, xs: readonly Tensor[]): (Tensor | undefined)[] | undefined
export function differentiateBy(forward: () => Scalar | undefined, xs: readonly Tensor[]): (Tensor | undefined)[] | undefined {
  mendUnpack()
  const { state } = ours()
  // Inside another gradient the way back is recorded too, and nothing may be freed before that one is done.
  if (state.gradientDepth > 0) return ours().gradients(forward as () => Scalar, xs, undefined, true).grads
  ours().startTape()
  // A gradient function that differentiates by itself, to compute again what was not saved, has the engine forget this tape.
  const tape = state.activeTape!
  try {
    const y = record(forward)
    return y && ours().tidy('backward', () => walkBack(tape, y, xs))
  } finally {
    for (const node of tape) free(node.saved)
    state.activeTape = null
  }
}

function record(forward: () => Scalar | undefined): Scalar | undefined {
  try {
    return ours().tidy('forward', forward)
  } finally {
    ours().endTape()
  }
}

function walkBack(tape: readonly TapeNode[], y: Scalar, xs: readonly Tensor[]): (Tensor | undefined)[] {
  const dependent = new Set(xs.map(x => x.id))
  const nodes = nodesFrom(dependent, tape)
  // No tensor stands here twice, and none that is someone else's, so that each can be freed when its node is done.
  const gradients = new Map<number, Tensor>([[y.id, ones(y.shape)]])
  for (const node of nodes.reverse()) {
    const dys = node.outputs.map(({ id }) => gradients.get(id) ?? null)
    if (dys.some(dy => dy)) {
      for (const { id } of node.outputs) gradients.delete(id)
      passBack(node, dys, dependent, gradients)
      free(dys)
    }
    free(node.saved)
  }
  return xs.map(x => gradients.get(x.id))
}

/**
 * The nodes that depend on these tensors, whose outputs join them.
 *
 * What a kernel saves of its output is recorded right before the kernel itself. `tf.grads` takes such a copy for a constant, and so gets a
 * gradient of a gradient wrong wherever a slope is computed from the output, as those of tanh, sigmoid, exp and softmax are (tensorflow/tfjs#3252).
 */
function nodesFrom(dependent: Set<number>, tape: readonly TapeNode[]): TapeNode[] {
  const nodes: TapeNode[] = []
  const take = (node: TapeNode) => {
    nodes.push(node)
    // A condition has no slope; what is chosen by it has.
    for (const { id, dtype } of node.outputs) if (dtype !== 'bool') dependent.add(id)
  }
  for (let i = 0; i < tape.length; i++) {
    const node = tape[i]!
    if (!hasInputFrom(dependent, node)) continue
    take(node)
    for (let copy = i - (node.saved?.length ?? 0); copy < i; copy++) if (isCopyOf(node.outputs, tape[copy])) take(tape[copy]!)
  }
  return nodes
}

function hasInputFrom(dependent: ReadonlySet<number>, { inputs }: TapeNode): boolean {
  for (const name in inputs) if (dependent.has(inputs[name]!.id)) return true
  return false
}

function isCopyOf(outputs: readonly Tensor[], node: TapeNode | undefined): boolean {
  const id = node?.inputs['x']?.id
  return outputs.some(output => output.id === id)
}

/** Adds the gradients that one node passes to its inputs. */
function passBack(
  node: TapeNode,
  dys: readonly (Tensor | null)[],
  dependent: ReadonlySet<number>,
  gradients: Map<number, Tensor>,
): void {
  if (!node.gradient)
    throw plainError('no-gradient', `Cannot compute gradient: gradient function not found for ${node.kernelName}.`)
  const made = new Set<Tensor>()
  ours().startScope('node')
  const { id } = ours().state.activeScope
  // Not what came from above, what the node has saved, or what the program keeps.
  const isNew = (dx: Tensor) => dx.scopeId === id && !dx.kept && !made.has(dx)
  try {
    const byInput = node.gradient(dys)
    for (const name in node.inputs) {
      const x = node.inputs[name]!
      if (!dependent.has(x.id)) continue
      const dx = gradientOf(node, name, x, byInput)
      const before = gradients.get(x.id)
      const all = before ? add(before, dx) : isNew(dx) ? dx : dx.clone()
      // What this node has made may be the gradient of its next input, too.
      if (before && !made.delete(before)) before.dispose()
      gradients.set(x.id, all)
      made.add(all)
    }
  } finally {
    ours().endScope([...made])
  }
}

function gradientOf({ kernelName }: TapeNode, name: string, x: Tensor, byInput: Record<string, () => Tensor>): Tensor {
  const make = byInput[name]
  if (!make) {
    throw plainError(
      'no-gradient',
      `Cannot backprop through input ${name} of ${kernelName}. Available gradients found: ${Object.keys(byInput).join(', ')}.`,
    )
  }
  const dx = make()
  if (dx.dtype === 'float32' && util.arraysEqual(dx.shape, x.shape)) return dx
  throw plainError(
    'no-gradient',
    `The gradient of ${kernelName} by its input ${name} is ${dx.dtype} of shape [${dx.shape}]; expected float32 of shape [${x.shape}].`,
  )
}

function free(tensors: readonly (Tensor | null)[] | null): void {
  for (const tensor of tensors ?? []) tensor?.dispose()
}
