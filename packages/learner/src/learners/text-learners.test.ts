// Alone: it starts the wasm backend.
import { useBackend } from '@onecycle/backend'
import { TextDataBunch, TextLMDataBunch, Tokenizer } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { load_learner } from '../export/predictor.js'
import { ClassificationInterpretation } from '../interpret/classification-interpretation.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { language_model_learner } from './language-model-learner.js'
import { text_classifier_learner } from './text-classifier-learner.js'

beforeAll(() => useBackend({ prefer: 'wasm', log: false }), 60_000)

const quiet = { progress: false, log: false } as const
const words = ['a', 'film', 'about', 'ships', 'and', 'cats', 'at', 'night', 'in', 'town']

/** Good or bad by one word, wherever it stands. */
const reviews = Array.from({ length: 60 }, (_, i) => {
  const text = Array.from({ length: 3 + (i % 7) }, (_, j) => words[(i * 7 + j * 3) % words.length]!)
  text.splice(i % text.length, 0, i % 2 ? 'fine' : 'dull')
  return {
    text: text.join(' '),
    kind: i % 2 ? 'good' : 'bad',
    fine: i % 2 === 1,
    ships: text.includes('ships'),
    stars: i % 2 ? 4.5 : 1.5,
  }
})
const how = { text_col: 'text', label_col: 'kind', bs: 8, min_freq: 1, seed: 1 } as const
const sizes = { emb_sz: 8, n_hid: 8, ps: 0.1 } as const

describe('text_classifier_learner', () => {
  it('learns classes, says what it chose, and predicts texts as its export does', async () => {
    const data = await TextDataBunch.from_df(reviews, how)
    const lines: string[] = []
    const before = tf.memory().numTensors
    const learn = text_classifier_learner(data, { ...sizes, seed: 1, progress: false, log: line => lines.push(line) })
    expect(lines).toEqual([
      'text_classifier_learner: 20 tokens x 8, convolutions of 3 tokens, 8 figures each; loss cross_entropy over 2 classes, metrics accuracy.',
    ])
    expect(learn.groups.length).toBe(3)
    await learn.fit_one_cycle(6, 3e-2)
    expect(learn.recorder.history.metrics['accuracy']!.at(-1)).toBeGreaterThan(0.9)
    const held = tf.memory().numTensors
    const texts = ['A fine film', 'a dull, dull town at night']
    const answers = await learn.predict(texts)
    expect(answers).toEqual([expect.objectContaining({ label: 'good' }), expect.objectContaining({ label: 'bad' })])
    expect(await learn.predict(texts[0]!)).toEqual({ label: 'good', probs: expect.anything() })
    await expect(learn.predict(' ')).rejects.toThrow('The text is empty')
    const predictor = await load_learner(await learn.exportFiles())
    for (const [i, answer] of (await predictor.predict(texts)).entries())
      for (const [kind, prob] of Object.entries((answers[i] as { probs: Record<string, number> }).probs))
        expect((answer as { probs: Record<string, number> }).probs[kind]).toBeCloseTo(prob, 6)
    await expect(predictor.predict('a', 3)).rejects.toThrow('this is no language model')
    predictor.dispose()
    const interp = await ClassificationInterpretation.from_learner(learn)
    expect(await (await interp.plot_top_losses(3)).svg()).toMatch(/(fine|dull)/)
    expect(await (await learn.show_results({ n: 2 })).svg()).toMatch(/(fine|dull)/)
    expect(tf.memory().numTensors).toBe(held)
    learn.dispose()
    ;(learn.model as unknown as { dispose(): void }).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('learns several labels, and values', async () => {
    const labels = await TextDataBunch.from_df(reviews, { ...how, label_col: ['fine', 'ships'] })
    const several = text_classifier_learner(labels, { ...sizes, seed: 1, ...quiet })
    await several.fit_one_cycle(6, 3e-2)
    expect(await several.predict('a fine film about cats')).toEqual({ labels: ['fine'], probs: expect.anything() })
    expect(several.metricNames).toEqual(['accuracy_thresh'])
    const values = await TextDataBunch.from_df(reviews, { ...how, label_col: 'stars' })
    const stars = text_classifier_learner(values, { ...sizes, seed: 1, ...quiet })
    await stars.fit_one_cycle(6, 3e-2)
    const { value } = (await stars.predict('a fine film')) as { value: number }
    expect(value).toBeGreaterThan(3)
  })

  it('refuses other data and options', async () => {
    const data = await TextDataBunch.from_df(reviews, how)
    expect(() => text_classifier_learner({} as never)).toThrow('text_classifier_learner takes a TextDataBunch')
    expect(() => text_classifier_learner(data, { arc: 'gru' } as never)).toThrow('Did you mean arch')
    const before = tf.memory().numTensors
    expect(() => text_classifier_learner(data, { metrics: ['accurate'] as never, ...quiet })).toThrow('accurate')
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('language_model_learner', () => {
  const tokenizer = new Tokenizer({ level: 'char' })
  const text = 'the cat sat. '.repeat(60)
  const learner = (options: object = {}) => {
    const data = TextLMDataBunch.from_text(text, { tokenizer, bs: 8, bptt: 8, seed: 1 })
    return language_model_learner(data, { emb_sz: 8, n_hid: 16, ps: 0, embed_p: 0, seed: 1, ...quiet, ...options })
  }

  it('learns how a text goes on, and writes it, as its export does', async () => {
    const lines: string[] = []
    const learn = learner({ log: (line: string) => lines.push(line) })
    expect(lines[0]).toBe(
      'language_model_learner: 11 tokens x 8, 1 gru of 16 units; loss cross_entropy over 11 classes, metrics accuracy, perplexity.',
    )
    await learn.fit_one_cycle(6, 3e-2)
    const { accuracy, perplexity } = learn.recorder.history.metrics
    expect(accuracy!.at(-1)).toBeGreaterThan(0.9)
    expect(perplexity!.at(-1)).toBeLessThan(1.6)
    const before = tf.memory().numTensors
    expect(await learn.predict('the cat s', 12, { temperature: 0 })).toBe('the cat sat. the cat ')
    const drawn = await learn.predict('the ', 20, { temperature: 1.5, seed: 3 })
    expect(await learn.predict('the ', 20, { temperature: 1.5, seed: 3 })).toBe(drawn)
    expect(await learn.predict('the ', 20, { temperature: 1.5, seed: 4 })).not.toBe(drawn)
    expect(await learn.predict('the cat s', 5, { temperature: 3, top_k: 1 })).toBe('the cat sat. t')
    expect(await learn.predict('the cat s', 5, { temperature: 3, min_p: 0.6 })).toBe('the cat sat. t')
    expect((await learn.predict('')).length).toBe(1)
    expect(await (await learn.show_results({ n: 2 })).text({ color: false })).toContain('t. t')
    await expect(learn.predict('a', 0)).rejects.toThrow('n_words')
    await expect(learn.predict('a', 3, { temperature: -1 })).rejects.toThrow('temperature')
    await expect(learn.predict('a', 3, { topk: 1 } as never)).rejects.toThrow('Did you mean top_k')
    const predictor = await load_learner(await learn.exportFiles())
    expect(await predictor.predict('the cat s', 12, { temperature: 0 })).toBe('the cat sat. the cat ')
    expect(await predictor.predict('the ', 20, { temperature: 1.5, seed: 3 })).toBe(drawn)
    predictor.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('learns by attention to what stands before, and writes as its export does', async () => {
    const data = TextLMDataBunch.from_text('the cat sat. '.repeat(60), {
      tokenizer: new Tokenizer({ level: 'char' }),
      bs: 4,
      bptt: 9,
      min_freq: 1,
    })
    const lines: string[] = []
    const learn = language_model_learner(data, {
      ...{
        arch: 'transformer',
        emb_sz: 16,
        n_heads: 2,
        n_layers: 2,
        ps: 0.1,
        seed: 1,
        progress: false,
        log: line => lines.push(line),
      },
    })
    expect(lines.at(-1)).toContain('11 tokens x 16, 2 blocks of 2 heads that look at 8 tokens')
    expect(learn.groups.map(group => group.length > 0)).toEqual([true, true, true, true])
    await learn.fit_one_cycle(10, 1e-2)
    const before = tf.memory().numTensors
    const written = await learn.predict('the cat s', 20, { temperature: 0 })
    expect(written).toBe('the cat sat. the cat sat. the')
    const predictor = await load_learner(await learn.exportFiles())
    expect(await predictor.predict('the cat s', 20, { temperature: 0 })).toBe(written)
    predictor.dispose()
    expect(await (await learn.show_results({ n: 2 })).text({ color: false })).toContain('cat')
    await expect(learn.save_encoder('nowhere')).rejects.toThrow("this model's arch is 'transformer'")
    expect(tf.memory().numTensors).toBe(before)
    expect(() => language_model_learner(data, { arch: 'transformer', emb_sz: 10 })).toThrow(
      'emb_sz = 10, which 4 heads do not divide',
    )
  })

  it('begins each pass with an empty memory, and goes on amid one to the same bits', async () => {
    const one = learner()
    await one.fit(1e-2, 2)
    const { valid_loss } = await one.validate()
    expect((await one.validate())['valid_loss']).toBe(valid_loss)
    const looked = await one.outcomes()
    expect((tf.tidy(() => tf.mean(looked.losses)).arraySync() as number) / valid_loss!).toBeCloseTo(1, 2)
    expect(looked.losses.arraySync()).toEqual((await one.outcomes()).losses.arraySync())
    const again = learner()
    await again.fit(1e-2, 1)
    const other = learner()
    await other.load(await again.toBytes())
    await other.fit(1e-2, 2, { start_epoch: 1 })
    expect(other.recorder.history.val_losses.at(-1)).toBe(one.recorder.history.val_losses.at(-1))
  })

  it('gives what it has learnt of reading to a classifier, whatever words that knows', async () => {
    const path = await temporaryFolder()
    const data = TextLMDataBunch.from_text(
      reviews.map(({ text }) => text),
      { bs: 4, bptt: 5, min_freq: 1 },
    )
    const language = language_model_learner(data, { emb_sz: 8, n_hid: 8, seed: 1, ...quiet })
    await language.fit(1e-2, 1)
    const file = await language.save_encoder(`${path}/reader`)
    const own = await TextDataBunch.from_df([...reviews.slice(0, 20), { text: 'something else', kind: 'bad' }], how)
    const learn = text_classifier_learner(own, { ...sizes, arch: 'gru', seed: 1, ...quiet })
    await learn.load_encoder(file)
    const rows = (of: { model: unknown }) =>
      (of.model as LayersModel).getLayer('embedding').getWeights()[0]!.arraySync() as number[][]
    const known = own.inputs.vocab.itos.filter(token => data.inputs.vocab.itos.includes(token))
    expect(known.length).toBeGreaterThan(15)
    for (const token of known)
      expect(rows(learn)[own.inputs.vocab.number(token)]).toEqual(rows(language)[data.inputs.vocab.number(token)])
    await learn.fine_tune(1, 1e-2)
    expect(learn.groups.length).toBe(3)
    const wider = text_classifier_learner(own, { ...sizes, arch: 'gru', n_hid: 9, ...quiet })
    await expect(wider.load_encoder(file)).rejects.toThrow('is of another encoder: the model has rnn_1.0 [8,27]')
    await expect(learn.load_encoder(await learn.save(`${path}/whole`))).rejects.toThrow('is no encoder')
  })

  it('refuses other data', () => {
    expect(() => language_model_learner({} as never)).toThrow('language_model_learner takes a TextLMDataBunch')
  })
})
