import { checkCount, checkNumber, checkOptions, type Kinds, kind, type Random, show, typeError } from '@onecycle/platform'
import { type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { freeStates } from '../model/dispose-model.js'

/** How the next token is drawn: temperature, how many or how probable the candidates are, and the seed. */
export interface GenerateOptions {
  /** Below 1 likely tokens are taken more often than the model says, above 1 less often; at 0 always the likeliest. Default 1. */
  temperature?: number | undefined
  /** Only so many of the likeliest tokens are taken. Default all. */
  top_k?: number | undefined
  /** Tokens less likely than this are not taken, where one is as likely. Default 0. */
  min_p?: number | undefined
  /** Whether `xxunk` is left out, which stands for all that the vocabulary does not have. Default true. */
  no_unk?: boolean | undefined
  /** Decides what is taken. Default: anew each time. */
  seed?: number | undefined
}

const generateKinds: Kinds<GenerateOptions> = {
  ...{ temperature: kind.number, top_k: kind.number, min_p: kind.number, no_unk: kind.boolean, seed: kind.number },
}

/** What divides texts into tokens, and puts them together. */
export interface GeneratedTexts {
  readonly tokenizer: { tokens(text: string): string[]; join(tokens: readonly string[]): string }
  readonly vocab: { readonly length: number; number(token: string): number; tokens(numbers: ArrayLike<number>): string[] }
}

/** Numbers of tokens that are never written: those that fill up and begin, and of unknown ones. */
const [unknown, pad, begin] = [0, 1, 2]

/** @throws TypeError or RangeError for what is no prompt, number of tokens or option */
export function checkGenerate(owner: string, prompt: unknown, n_words: unknown, options: GenerateOptions): void {
  checkOptions<GenerateOptions>(owner, options, generateKinds)
  if (typeof prompt !== 'string')
    throw typeError('wrong-argument', `${owner} takes the beginning of a text, but got ${show(prompt)}.`)
  checkCount('n_words', n_words as number)
  checkNumber('temperature', options.temperature ?? 1, { min: 0 })
  checkNumber('min_p', options.min_p ?? 0, { min: 0, max: 1 })
  if (options.top_k !== undefined) checkCount('top_k', options.top_k)
}

/**
 * A text that goes on from its beginning, token by token.
 *
 * @param net of one stream, [1, steps] to probabilities [1, steps, tokens]; what it remembers is begun anew. One that remembers nothing is given again
 * what was written, as much of it as it takes
 */
export async function generate(
  net: LayersModel,
  { tokenizer, vocab }: GeneratedTexts,
  prompt: string,
  n_words: number,
  options: GenerateOptions,
  random: Random,
): Promise<string> {
  const tokens = tokenizer.tokens(prompt)
  const begun = tokens.map(token => vocab.number(token))
  const written: number[] = []
  const most = net.stateful ? 1 : contextOf(net)
  net.resetStates()
  try {
    for (
      let next = net.stateful ? begun : begun.slice(-most);
      written.length < n_words;
      next = [...begun, ...written].slice(-most)
    )
      written.push(take(await probabilitiesAfter(net, next), options, random))
  } finally {
    freeStates(net)
  }
  return tokenizer.join([...tokens, ...vocab.tokens(written)])
}

/** How many tokens a model without a memory looks at. */
function contextOf(net: LayersModel): number {
  const places = net.layers.map(layer => layer.getConfig()['sequenceLength'] as number | undefined)
  return Math.min(...places.map(count => count ?? Number.POSITIVE_INFINITY), net.inputs[0]!.shape[1] ?? Number.POSITIVE_INFINITY)
}

async function probabilitiesAfter(net: LayersModel, tokens: readonly number[]): Promise<Float32Array> {
  const last = tidy(() => {
    const all = net.apply(tensor2d([[...tokens]], undefined, 'int32')) as Tensor
    return all.slice([0, tokens.length - 1], [1, 1]).flatten()
  })
  try {
    return (await last.data()) as Float32Array
  } finally {
    last.dispose()
  }
}

function take(probabilities: Float32Array, options: GenerateOptions, random: Random): number {
  const { temperature = 1, top_k = probabilities.length, min_p = 0, no_unk = true } = options
  const left = [...probabilities.keys()].filter(token => token !== pad && token !== begin && !(no_unk && token === unknown))
  const likely = left.filter(token => probabilities[token]! >= min_p)
  const chosen = (likely.length > 0 ? likely : left).sort((a, b) => probabilities[b]! - probabilities[a]!).slice(0, top_k)
  if (temperature === 0) return chosen[0]!
  const most = Math.log(probabilities[chosen[0]!]!)
  const weights = chosen.map(token => Math.exp((Math.log(probabilities[token]!) - most) / temperature))
  let at = random.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight, 0),
  )
  for (const [i, weight] of weights.entries()) {
    at -= weight
    if (at < 0) return chosen[i]!
  }
  return chosen[0]!
}
