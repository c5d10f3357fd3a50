// From a table to predictions: three species of penguins by island, sex and four measures, some of them missing.
// npx tsx examples/tabular.ts
import assert from 'node:assert/strict'
import { datasets, Table, tabular_learner, writeWhole } from 'onecycle'

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
  const { preds, targets } = await learn.get_preds(await data.test_dl(fresh))
  const [row] = preds.arraySync() as number[][]
  const table = Table.from_rows([Object.fromEntries(data.classes!.map((name, i) => [name, row![i]]))])
  await writeWhole('runs/examples/tabular/predictions.csv', table.to_csv())
  console.log(`${table}`)
  assert.equal(data.classes![row!.indexOf(Math.max(...row!))], 'Gentoo')
  preds.dispose()
  targets.dispose()
}
const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length
console.log(`accuracy ${accuracies.map(accuracy => accuracy.toFixed(4)).join(', ')}: ${mean.toFixed(4)} on average`)
assert(mean >= 0.97, 'Of 68 penguins held back at least 97 % should be told right.')
