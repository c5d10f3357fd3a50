import { rangeError } from '@onecycle/platform'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { embeddingsKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'

/** @throws RangeError for a code that its table has no row of */
function embeddings(machine: Machine, { inputs, backend }: KernelArgs<TensorInfo[], object>): TensorInfo {
  const [codes, ...tables] = inputs as [TensorInfo, ...TensorInfo[]]
  const [rows, columns] = codes.shape as [number, number]
  const given = backend.typedArrayFromHeap(codes)
  for (let i = 0; i < given.length; i++) {
    const categories = tables[i % columns]!.shape[0]!
    if (!(given[i]! >= 0 && given[i]! < categories))
      throw rangeError(
        'unknown-category',
        `Column ${i % columns} holds the code ${given[i]}; expected one from 0 to ${categories - 1}.`,
      )
  }
  const widths = tables.map(({ shape }) => shape[1]!)
  const width = widths.reduce((sum, each) => sum + each, 0)
  const out = backend.makeOutput([rows, width], 'float32')
  const places = machine.address(codes)
  let to = machine.address(out)
  for (const [column, table] of tables.entries()) {
    machine.run.embed(machine.address(table), places + 4 * column, 4 * columns, rows, widths[column]!, to, 4 * width)
    to += 4 * widths[column]!
  }
  return out
}

type Args = KernelArgs<{ dy: TensorInfo; codes: TensorInfo }, { tables: [number, number][] }>

function gradient(machine: Machine, { inputs: { dy, codes }, attrs: { tables }, backend }: Args): TensorInfo[] {
  const [rows, columns] = codes.shape as [number, number]
  const gradients = tables.map(shape => backend.makeOutput(shape, 'float32'))
  const losses = machine.scratch(4 * Math.max(...tables.map(util.sizeFromShape)))
  const [places, rowBytes] = [machine.address(codes), 4 * dy.shape[1]!]
  let above = machine.address(dy)
  for (const [column, [categories, width]] of tables.entries()) {
    const [from, to] = [places + 4 * column, machine.address(gradients[column]!)]
    machine.run.segmentSum(above, rowBytes, from, 4 * columns, rows, width, categories, to, losses)
    above += 4 * width
  }
  return gradients
}

export const embeddingsKernels = [
  compiledKernel(embeddingsKernelNames.forward, embeddings),
  compiledKernel(embeddingsKernelNames.gradient, gradient),
]
