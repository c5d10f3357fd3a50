import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { outputsOf } from './output.js'

beforeAll(useCpu)

it('calls each output by a name of its own, those of one layer as well', () => {
  const x = input({ shape: [3, 2] })
  const [all, ...states] = layers
    .lstm({ units: 2, name: 'read', returnSequences: true, returnState: true })
    .apply(x) as SymbolicTensor[]
  const other = layers.dense({ units: 1, name: 'read_1' }).apply(all!) as SymbolicTensor
  const net = model({ inputs: x, outputs: [all!, ...states, other] })
  expect(outputsOf(net)!.map(({ name }) => name)).toEqual(['read', 'read_2', 'read_3', 'read_1'])
})
