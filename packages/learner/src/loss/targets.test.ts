// Alone: it registers another backend.
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { useTensorFlowStandIn } from '../testing/tensorflow.js'
import { useCpu } from '../testing/tiny.js'
import { asPredictions, checkLabels } from './targets.js'

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

it.each<[string, () => tf.Tensor, string]>([
  ['int32 labels', () => tf.tensor1d([0, 1], 'int32'), 'Labels of one class each go with cross_entropy'],
  ['labels as values', () => tf.tensor1d([0, 1]), "target: 'class' of from_arrays"],
  ['a column of labels', () => tf.tensor2d([[0], [1]]), 'an int32 tensor of shape [samples] in from_tensors'],
])('%s beside several units are answered with what makes them labels', async (_, target, hint) => {
  await useCpu()
  expect(() => asPredictions('mse', tf.zeros([2, 3]), target())).toThrow(hint)
  expect(() => asPredictions('mse', tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(/one target for each prediction\. Check/)
})
