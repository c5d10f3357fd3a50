import type { Step, Transform } from '../rule.js'

/**
 * Adam's direction: the mean gradient over the root mean square, both corrected for their start at zero. The correction
 * is that of the values in force, `1 - mom^t`, also when a schedule changes them every step: so do fastai and PyTorch.
 *
 * @param square The slot that holds the mean square.
 */
export function adaptive(square = 'sqr_avg'): Transform {
  return {
    name: 'adaptive',
    update(on, step) {
      const { debias, debiasRoot } = debiases(step)
      // (avg / debias) / (sqrt(square) / debiasRoot + eps), with the numbers gathered into the rate.
      const gradient = on.div(step.slots['avg']!, on.shift(on.sqrt(step.slots[square]!), step.hyper['eps']! * debiasRoot))
      return { ...step, gradient, rate: (step.rate * debiasRoot) / debias }
    },
  }
}

/** Divisors that correct the running means `avg` and, its root taken, `sqr_avg` for their start at zero. */
export function debiases<T>({ hyper, steps }: Step<T>): { debias: number; debiasRoot: number } {
  return { debias: 1 - hyper['mom']! ** steps, debiasRoot: Math.sqrt(1 - hyper['sqr_mom']! ** steps) }
}
