import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { writeWhole } from '@onecycle/platform'
import { UsageError } from '../usage-error.js'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/** Makes a folder with a project that trains: a program, a config of the same job for the command line, and what npm needs. */
export async function newProject(dir: string): Promise<void> {
  const files = filesOf(
    basename(resolve(dir))
      .toLowerCase()
      .replace(/[^a-z\d._-]+/g, '-')
      .replace(/^[._-]+/, '') || 'training',
  )
  const there = Object.keys(files).find(name => existsSync(join(dir, name)))
  if (there)
    throw new UsageError(
      'already-there',
      `${join(dir, there)} is there already: choose a folder that is empty, or has other files.`,
    )
  for (const [name, text] of Object.entries(files)) await writeWhole(join(dir, name), text)
  console.error(
    `${dir} has a program, train.ts, and the same job as a file, job.yaml.\n\n  cd ${dir}\n  npm install\n  npm start                        # the program\n  npx onecycle train --config job.yaml   # without one`,
  )
  console.log(dir)
}

function filesOf(name: string): Record<string, string> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
  return {
    'package.json': json({
      name,
      private: true,
      type: 'module',
      scripts: { start: 'tsx train.ts' },
      dependencies: { onecycle: `^${version}`, 'vega-datasets': '3.2.1' },
      devDependencies: { tsx: '^4.23.15', typescript: '^6.0.3' },
    }),
    'tsconfig.json': json({
      compilerOptions: {
        target: 'ES2022',
        module: 'NodeNext',
        moduleResolution: 'NodeNext',
        strict: true,
        skipLibCheck: true,
        noEmit: true,
      },
    }),
    'train.ts': `import { ClassificationInterpretation, datasets, RunFolder, tabular_learner } from 'onecycle'

// 344 penguins: which species is it? Your own table: await TabularDataBunch.from_csv('mine.csv', { y: 'column' })
const data = await datasets.penguins({ bs: 32, seed: 42 })
const learn = tabular_learner(data, { layers: [64, 32], seed: 42 })

const { lr } = await learn.lr_find()
await learn.fit_one_cycle(10, lr ?? 1e-2, { callbacks: new RunFolder({ dir: 'runs/first' }) })

const interpretation = await ClassificationInterpretation.from_learner(learn)
await interpretation.plot_confusion_matrix().save('runs/first/confusion.png')
await learn.export('runs/first/model')
`,
    'job.yaml': `# onecycle train --config job.yaml; what the command line says goes before it.
data: penguins        # or a table (.csv, .parquet, ...), with y: the column that is predicted
epochs: 10
lr: auto              # what lr_find suggests
policy: one_cycle
layers: [64, 32]
seed: 42
`,
    '.gitignore': 'node_modules/\nruns/\n',
  }
}
