import type { Tensor } from '@tensorflow/tfjs-core'
import type { Staging } from '../staging.js'
import { padNumber } from './marks.js'

/** Texts as int32 [texts, length of the longest], those that are shorter filled up behind. */
export function padded(texts: readonly Int32Array[], staging: Staging): Tensor {
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 1)
  return staging.tensor([texts.length, longest], 'int32', values => {
    for (const [i, text] of texts.entries()) {
      values.set(text, i * longest)
      values.fill(padNumber, i * longest + text.length, (i + 1) * longest)
    }
  })
}
