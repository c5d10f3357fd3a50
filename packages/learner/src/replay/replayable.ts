import type { Tensor } from '@tensorflow/tfjs-core'

const pures = new WeakSet<object>()

/**
 * Says of a loss, or of a class of layers, that the tensors it is given, its weights and its own fields decide what it computes: nothing is
 * counted, drawn or read meanwhile, and its kernels may be run again without it. For what reads only to refuse there is {@link look}.
 */
export function pure<T extends object>(it: T): T {
  pures.add(it)
  return it
}

export function isPure(it: object): boolean {
  return pures.has(it)
}

export type Check = (values: ArrayLike<number>) => void

let watcher: ((tensor: Tensor, check: Check) => void) | undefined

/** Has this look at what is to be looked at, until it is undefined again. */
export function watchLooks(watch: typeof watcher): void {
  watcher = watch
}

/** Looks at a tensor's values, of which nothing but an error can come; again whenever the kernels around it are run again. */
export function look(tensor: Tensor, check: Check): void {
  if (watcher) watcher(tensor, check)
  else check(tensor.dataSync())
}
