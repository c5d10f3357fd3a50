import type { Tensors } from '@onecycle/callbacks'
import { dispose, engine, reshape, Tensor } from '@tensorflow/tfjs-core'

/** Who needs targets in the shape of the predictions, and who does not. */
const needShape = new WeakMap<object, boolean>()

/**
 * Has what a person wrote compare each prediction with its own target. A unit's predictions are [batch, 1], and targets that were given
 * as one list are [batch]: in TensorFlow.js their difference is [batch, batch], of which the mean is a plausible figure, and
 * `tf.losses` fail. What does so gets the targets in the shape of the predictions; what copes with the shapes as they are, by squeezing
 * the predictions, say, gets them so. The first batch shows which it is.
 *
 * @param owner whom the answer is about: the function, or the object that it is a method of
 * @param undo takes back what the first attempt left behind
 */
export function eachWithItsTarget<R>(
  owner: object,
  compute: (pred: Tensors, target: Tensors) => R,
  pred: Tensors,
  target: Tensors,
  undo: () => void = () => {},
): R {
  if (!differInRank(pred, target)) return compute(pred, target)
  const shaped = () => using(reshape(target as Tensor, pred.shape), each => compute(pred, each))
  const known = needShape.get(owner)
  if (known !== undefined) return known ? shaped() : compute(pred, target)
  const asGiven = attempt(pred.size, () => compute(pred, target))
  const again = () => {
    undo()
    return shaped()
  }
  const needs = asGiven.fits ? undefined : secondAttempt(pred.size, asGiven, again)
  // Tensors of one number do not show it.
  if (pred.size > 1) needShape.set(owner, needs !== undefined)
  return (needs ?? asGiven).get()
}

/** What is asynchronous ends first. */
function secondAttempt<R>(size: number, { result }: Attempt<R>, again: () => R): Attempt<R> | undefined {
  if (result instanceof Promise) return { fits: true, get: () => result.then(again) as R }
  const second = attempt(size, again)
  if (second.fits && result instanceof Tensor) dispose(result)
  return second.fits ? second : undefined
}

/** Disposes a tensor after its use. */
function using<R>(tensor: Tensor, use: (tensor: Tensor) => R): R {
  let result: R | undefined
  try {
    result = use(tensor)
    return result instanceof Promise ? (result.finally(() => tensor.dispose()) as R) : result
  } finally {
    if (!(result instanceof Promise)) tensor.dispose()
  }
}

function differInRank(pred: Tensors, target: Tensors): pred is Tensor {
  return pred instanceof Tensor && target instanceof Tensor && pred.rank !== target.rank && pred.size === target.size
}

interface Attempt<R> {
  readonly result?: R
  /** Whether nothing was thrown, and no two tensors of so many numbers made a larger one. */
  readonly fits: boolean
  /** What was returned; throws what was thrown. */
  get(): R
}

function attempt<R>(size: number, work: () => R): Attempt<R> {
  let fits = true
  const watched = engine()
  const { runKernel } = watched
  watched.runKernel = (name, inputs, attrs) => {
    const made = runKernel.call(watched, name, inputs, attrs)
    const given = Object.values(inputs).filter(each => each instanceof Tensor && each.size === size)
    if (given.length > 1 && given.some(({ rank }) => rank !== given[0]!.rank) && [made].flat().some(each => each.size > size))
      fits = false
    return made as never
  }
  try {
    const result = work()
    return { result, fits, get: () => result }
  } catch (error) {
    return {
      fits: false,
      get() {
        throw error
      },
    }
  } finally {
    watched.runKernel = runKernel
  }
}
