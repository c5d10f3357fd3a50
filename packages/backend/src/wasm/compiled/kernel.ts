import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, type TrainingKernel, trainingKernel } from '../kernels.js'
import { type Machine, machineFor } from './machine.js'

type Result = TensorInfo | TensorInfo[]

/**
 * A kernel that runs on the compiled functions. `run` returns undefined, before it has allocated anything, for a case that it does
 * not serve; `otherwise` then does: a composed kernel, or TensorFlow.js's own.
 */
export function compiledKernel<Inputs extends object, Attrs extends object>(
  kernelName: string,
  run: (machine: Machine, args: KernelArgs<Inputs, Attrs>) => Result | undefined,
  otherwise: (args: KernelArgs<Inputs, Attrs>) => Result = ({ inputs, attrs, backend }) =>
    stockKernel(backend, kernelName, inputs as Record<string, TensorInfo>, attrs),
): TrainingKernel {
  return trainingKernel<Inputs, Attrs>(kernelName, 'compiled', args => {
    const machine = machineFor(args.backend)
    return (machine && run(machine, args)) ?? otherwise(args)
  })
}
