import { isClass, keepNames, show, typeError } from '@onecycle/platform'
import { type Optimizer as StockOptimizer, train } from '@tensorflow/tfjs-core'
import { lookUp, namesHint } from '../check/names.js'
import { adagrad } from './adagrad.js'
import { adam, adamw } from './adam.js'
import { adamax } from './adamax.js'
import { lamb } from './lamb.js'
import { larc, lars } from './larc.js'
import { ranger } from './lookahead.js'
import { nadam } from './nadam.js'
import { Optimizer, type OptimizerFactory } from './optimizer.js'
import { qhadam } from './qhadam.js'
import { radam } from './radam.js'
import { rmsprop } from './rmsprop.js'
import type { RuleFactory } from './rule-optimizer.js'
import { sgd } from './sgd.js'
import { stock } from './stock.js'

/** The optimizers that a name can ask for, with the options that they have by default. */
const named = { adam, adamw, sgd, rmsprop, adagrad, adamax, nadam, radam, qhadam, lamb, larc, lars, ranger }
keepNames(named)
const makers: readonly (() => RuleFactory)[] = Object.values(named)
const byName = lookUp<() => RuleFactory>({ ...named, momentum: () => sgd({ mom: 0.9 }) })

/** What the option `optimizer` takes as a name: that of a function here, such as `adam`, or `momentum` for SGD with one of 0.9. */
export type OptimizerName = keyof typeof named

/**
 * The factory of what a Learner's option `optimizer` says: a factory, the function that makes one (`adam` for `adam()`), a name, or one
 * of TensorFlow.js's own optimizers.
 *
 * @throws TypeError for all else, with what was probably meant
 */
export function optimizerOf(given: unknown): OptimizerFactory {
  if (typeof given === 'string') return makerOf(given)()
  if (typeof given !== 'function') return isStock(given) ? stock(given) : refuse(`is ${show(given)}`)
  const maker = makers.find(each => each === given)
  if (maker) return maker()
  const stockName = stockNames.find(name => train[name] === given)
  if (stockName) refuse(`is tf.train.${stockName}, which makes one. Call it: tf.train.${stockName}(1e-3)`)
  if (isClass(given)) refuse(`is the class ${given.name}. Make one: new ${given.name}(...)`)
  return (groups, options) => {
    const made: unknown = (given as OptimizerFactory)(groups, options)
    // A function of options, not called.
    if (typeof made === 'function' && 'rule' in made) return (made as unknown as RuleFactory)(groups, options)
    return made instanceof Optimizer
      ? made
      : refuse(`is ${show(given)}, which gave ${show(made)} for the layer groups in place of an Optimizer`)
  }
}

const stockNames = ['sgd', 'momentum', 'rmsprop', 'adam', 'adadelta', 'adamax', 'adagrad'] as const

function makerOf(name: string): () => RuleFactory {
  const maker = byName(name)
  if (maker) return maker
  if (name.toLowerCase() === 'adadelta') refuse(`is ${show(name)}, which is TensorFlow.js's own: pass tf.train.adadelta(1e-3)`)
  return refuse(`is ${show(name)}. ${namesHint(name, named)}`)
}

/** TensorFlow.js makes `instanceof` true of any object with an optimizer's methods, and so of one of another copy. */
function isStock(given: unknown): given is StockOptimizer {
  return (
    typeof given === 'object' &&
    given !== null &&
    'applyGradients' in given &&
    'getClassName' in given &&
    !(given instanceof Optimizer)
  )
}

function refuse(what: string): never {
  throw typeError(
    'not-an-optimizer',
    `The option optimizer ${what}. It takes an optimizer such as adam({ lr: 1e-3 }), its name, or one of tf.train.`,
  )
}
