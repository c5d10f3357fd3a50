import * as tf from '@tensorflow/tfjs-core'
import { activationKernelNames, gradientKernelNames } from './kernel-names.js'
import { hasKernel, runKernel } from './run-kernel.js'

type Attrs = Record<string, number>
type Compose = (dy: tf.Tensor, saved: tf.Tensor, attrs: Attrs) => tf.Tensor

/** Gradients of functions of one tensor, each in one kernel; and what differentiating a second time needs. */
export function installActivationGradients(): void {
  const { mul, sub, square, zerosLike } = tf
  const none: Compose = dy => zerosLike(dy)
  replace(tf.Relu, 'relu', none)
  replace(tf.Relu6, 'relu6', none)
  replace(tf.LeakyRelu, 'leakyRelu', none)
  replace(tf.Elu, 'elu', (dy, y) => tf.where(tf.less(y, 0), dy, zerosLike(dy)))
  replace(tf.Selu, 'selu', (dy, x) =>
    tf.where(tf.greater(x, 0), zerosLike(dy), runKernel(gradientKernelNames.selu, { dy, saved: x })),
  )
  replace(tf.Softplus, 'softplus', (dy, x) => {
    const slope = tf.sigmoid(x)
    return mul(dy, mul(slope, sub(1, slope)))
  })
  replace(tf.Sigmoid, 'sigmoid', (dy, y) => mul(dy, sub(1, mul(2, y))))
  replace(tf.Tanh, 'tanh', (dy, y) => mul(dy, mul(-2, y)))
  replace(tf.Erf, 'erf', (dy, x) => mul(mul(-2, x), runKernel(gradientKernelNames.erf, { dy, saved: x })))
  replace(tf.Square, 'square', dy => mul(dy, 2))
  const saving = { inputsToSave: ['x'] }
  differentiate({ ...saving, kernelName: activationKernelNames.gelu }, 'gelu', (dy, x) => {
    const density = mul(tf.exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return mul(dy, mul(density, sub(2, square(x))))
  })
  differentiate({ ...saving, kernelName: activationKernelNames.sigmoidWeighted }, 'sigmoidWeighted', (dy, x, attrs) =>
    mul(dy, curveOfSigmoidWeighted(x, attrs as { slope: number; cube: number })),
  )
}

/** The second derivative of x s(q), where s is the sigmoid and q = slope x + cube x^3. */
function curveOfSigmoidWeighted(x: tf.Tensor, { slope, cube }: { slope: number; cube: number }): tf.Tensor {
  const { add, mul, sub, square } = tf
  const s = tf.sigmoid(mul(x, add(slope, mul(cube, square(x)))))
  const rise = add(slope, mul(3 * cube, square(x)))
  const bend = add(mul(sub(1, mul(2, s)), square(rise)), mul(6 * cube, x))
  return mul(mul(s, sub(1, s)), add(mul(2, rise), mul(x, bend)))
}

/** Has a gradient of TensorFlow.js run as one kernel of ours, and as it was where the backend lacks that or x is no float32. */
function replace(kernelName: string, ours: keyof typeof gradientKernelNames, curve: Compose): void {
  const own = tf.getGradient(kernelName)
  if (own) differentiate({ ...own, kernelName }, ours, curve, own.gradFunc)
}

/**
 * Registers the gradient of a kernel, and the gradient of that gradient.
 *
 * @param config which kernel, and whether its input or its output is saved
 * @param ours the function whose gradient kernel of ours serves it
 * @param curve how the gradient changes with what was saved
 * @param otherwise the gradient where ours does not serve it
 */
function differentiate(
  config: Omit<tf.GradConfig, 'gradFunc'>,
  ours: keyof typeof gradientKernelNames,
  curve: Compose,
  otherwise?: tf.GradFunc,
): void {
  const kernelName = gradientKernelNames[ours]
  const run: Compose = (dy, saved, attrs) =>
    otherwise && !(hasKernel(kernelName) && saved.dtype === 'float32')
      ? otherwise(dy, [saved], attrs)['x']!()
      : runKernel(kernelName, { dy, saved }, attrs)
  tf.registerGradient({
    ...config,
    gradFunc: (dy, [saved], attrs) => ({ x: () => run(dy as tf.Tensor, saved!, attrs as Attrs) }),
  })
  tf.registerGradient({
    kernelName,
    inputsToSave: ['dy', 'saved'],
    gradFunc: (second, [dy, saved], attrs) => ({
      dy: () => run(second as tf.Tensor, saved!, attrs as Attrs),
      saved: () => tf.mul(second as tf.Tensor, curve(dy!, saved!, attrs as Attrs)),
    }),
  })
}
