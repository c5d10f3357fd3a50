import { keepNames } from '@onecycle/platform'
import { type Tensor, sigmoid as tfSigmoid, softmax as tfSoftmax } from '@tensorflow/tfjs-core'

/** Probabilities of classes of which one is right, of logits. */
export const softmax = (pred: Tensor): Tensor => tfSoftmax(pred)

/** A probability for each logit. */
export const sigmoid = (pred: Tensor): Tensor => tfSigmoid(pred)

keepNames({ softmax, sigmoid })
