import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { useTensorFlowStandIn } from '../testing/tensorflow.js'
import { useCpu } from '../testing/tiny.js'
import { checkLabels } from './targets.js'

it.each([
  ['cpu', useCpu, true],
  ['tfjs-node on a processor', useTensorFlowStandIn, true],
  ['tfjs-node on a GPU', () => useTensorFlowStandIn({ isUsingGpuDevice: true }), false],
])('labels are looked at where that holds up no device: %s', async (_, use, looks) => {
  await use()
  const check = () => checkLabels('accuracy', tf.tensor1d([0, 1, 2], 'int32'), 2)
  if (looks) expect(check).toThrow('accuracy got the label 2 (sample 2 of the batch)')
  else expect(check).not.toThrow()
})
