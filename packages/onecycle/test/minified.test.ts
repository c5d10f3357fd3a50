import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

/** Says all that is named by functions and classes: makers, columns of the table, and owners of messages. */
const program = `
  import * as onecycle from 'onecycle'
  import { layers, sequential } from '@tensorflow/tfjs-layers'

  const { accuracy, adam, compare_losses, DataBunch, error_rate, Learner, lookahead, one_cycle } = onecycle
  const { OneCycleScheduler, ParamScheduler, Recorder, SchedCos, sgd, top_k_accuracy } = onecycle
  const said = []
  const refused = call => {
    try {
      call()
    } catch (error) {
      said.push(error.message)
    }
  }

  await onecycle.useBackend({ prefer: 'cpu', log: false })
  const x = Float32Array.from({ length: 32 }, (_, i) => i % 5)
  const data = DataBunch.from_arrays({ x, y: Int32Array.from(x, value => (value > 2 ? 1 : 0)), bs: 8, valid_pct: 0.25, seed: 1 })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [1], kernelInitializer: 'zeros' })] })
  const stream = { write: text => said.push(text.replaceAll(/\\d\\d:\\d\\d/g, '')) }
  const learn = new Learner(data, model, { metrics: [accuracy, error_rate, top_k_accuracy(1)], seed: 1, progress: { stream } })
  said.push(learn.summary().toString())
  const { metricNames, epochs } = await learn.fit_one_cycle(1, 0.1)
  said.push(metricNames.join(), Object.keys(epochs[0]).join())

  // Errors have their names in themselves.
  for (const [name, value] of Object.entries(onecycle))
    if (/^class/.test(String(value)) && !(value.prototype instanceof Error)) said.push(name + ' ' + value.name)
  refused(() => learn.dls)
  refused(() => data.train)
  refused(() => learn.recorder.losses)
  refused(() => learn.opt.lr)
  refused(() => compare_losses({ a: learn.recorder }))
  refused(() => new Learner(data, model, { callbacks: [Recorder] }))
  refused(() => new Learner(data, onecycle.simple_cnn))
  refused(() => new Learner(learn, model))
  refused(() => new Learner(data, model, { optimizer: onecycle.ParamScheduler }))
  refused(() => new Learner(data, model, { metrics: [onecycle.RootMeanSquaredError] }))
  refused(() => new Learner(data, model, { loss: onecycle.AverageMetric }))
  refused(() => lookahead(sgd))
  refused(() => lookahead(adam))
  refused(() => new ParamScheduler(SchedCos))
  refused(() => new ParamScheduler(one_cycle))
  const twice = [new ParamScheduler({ lr: SchedCos(1, 0) }), new OneCycleScheduler({ lr_max: 1 })]
  await learn.fit(1, 0.1, { callbacks: twice }).catch(error => said.push(error.message))
  for (const metric of ['acc', 'error_rate', 'accuracy_thresh', 'top_3_accuracy', 'rmse', 'mse', 'mae'])
    said.push(new Learner(data, model, { metrics: [metric] }).metricNames.join())
  console.log(JSON.stringify(said))`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.minified-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What the program says when it is bundled with our packages. */
async function bundled(minify: boolean): Promise<string[]> {
  const outfile = join(folder, `${minify}.mjs`)
  await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    external: ['@tensorflow/*', '@duckdb/node-api', 'chalk', 'vega', 'vega-lite'],
    platform: 'node',
    format: 'esm',
    minify,
    outfile,
    logLevel: 'error',
  })
  const { stdout, stderr, code } = await runNode([outfile], { cwd: folder })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

test('a minified program says the same', async () => {
  const said = await bundled(true)
  expect(said).toEqual(await bundled(false))
})
