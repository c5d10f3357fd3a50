// From a table to predictions: three species of penguins by island, sex and four measures, some of them missing.
// npx tsx examples/tabular.ts
import assert from 'node:assert/strict'
import { datasets, tabular_learner } from 'onecycle'

const accuracies: number[] = []
for (const seed of [1, 2, 3]) {
  const data = await datasets.penguins({ split: { stratify: 'Species' }, seed })
  if (seed === 1) console.log(`${await data.summary()}\n\n${data.classBalance}\n\n${await data.show_batch({ rows: 5 })}\n`)
  const learn = tabular_learner(data, { layers: [50], seed, log: false, progress: false })
  await learn.fit_one_cycle(15, 1e-2)
  accuracies.push(learn.recorder.history.metrics['accuracy']!.at(-1)!)
  if (seed < 3) continue

  // New rows: one of a species that training knows, on an island that it does not, and nobody measured the beak.
  const fresh = [
    {
      Island: 'Elephant',
      'Flipper Length (mm)': 217,
      'Body Mass (g)': 5200,
      Sex: 'MALE',
      'Beak Length (mm)': null,
      'Beak Depth (mm)': null,
    },
  ]
  const [answer] = await learn.predict(fresh)
  console.log(answer)
  assert.equal((answer as { label: string }).label, 'Gentoo')
  await learn.predict_csv(fresh, 'runs/examples/tabular/predictions.csv')
}
const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
console.log(`accuracy ${accuracies.map(accuracy => accuracy.toFixed(4)).join(', ')}: ${mean.toFixed(4)} on average`)
assert(mean >= 0.97, 'Of 68 penguins held back at least 97 % should be told right.')
