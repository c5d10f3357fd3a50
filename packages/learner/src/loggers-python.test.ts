import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MLflowLogger, TensorBoardLogger } from '@onecycle/recorder'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { findPython } from './testing/python.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

function learner(): Learner {
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] })
  return new Learner(points({ train: 22 }), model, { metrics: [accuracy], progress: false, log: false, seed: 1 })
}

const tensorboard = findPython('tensorboard')
const leftOut = ({ missing }: { missing: string | undefined }) => (missing ? ` left out: ${missing}` : '')

/** What TensorBoard's own reader finds in the folder of a fit. */
const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

events = EventAccumulator(sys.argv[1], size_guidance={'tensors': 0, 'scalars': 0, 'images': 0, 'histograms': 0})
events.Reload()
start = metadata.parse_session_start_info_plugin_data(events.SummaryMetadata('_hparams_/session_start_info').plugin_data.content)
print(json.dumps({
    'scalars': {tag: [[each.step, each.value] for each in events.Scalars(tag)] for tag in events.Tags()['scalars']},
    'images': [[each.step, each.width, each.height, each.encoded_image_string.decode()] for each in events.Images('picture')],
    'histograms': [[each.step, each.histogram_value.num, list(each.histogram_value.bucket)] for each in events.Histograms('weights')],
    'text': events.Tensors('said/text_summary')[0].tensor_proto.string_val[0].decode(),
    'hparams': {key: getattr(value, value.WhichOneof('kind')) for key, value in start.hparams.items()},
}))
`

describe.skipIf(tensorboard.missing)(`TensorBoard itself${leftOut(tensorboard)}`, () => {
  it('reads what was written of a fit, and leaves out what is void since it went on', async () => {
    const dir = await temporaryFolder()
    const learn = learner()
    const board = new TensorBoardLogger({ dir, hparams: { lr: 0.01, wide: true, head: 'mlp' } })
    const notes = {
      after_fit: (learn: Learner) => {
        learn.note({ type: 'scalar', name: 'norm/all', value: 3 })
        learn.note({ type: 'text', name: 'said', text: 'some' })
        learn.note({ type: 'histogram', name: 'weights', edges: [0, 1, 2], counts: [3, 4] })
        learn.note({ type: 'image', name: 'picture', png: 'aGVsbG8=', width: 2, height: 1 })
      },
    }
    const { losses, lrs, val_losses, metrics } = await learn.fit_one_cycle(2, 1e-2, { callbacks: [board, notes] })
    const { scalars, ...rest } = await tensorboard.run(reader, [join(dir, 'fit-0')])
    const near = (values: readonly (number | null)[], steps: number) =>
      values.map((value, i) => [(i + 1) * steps, expect.closeTo(value!, 5)])
    const { n_train_iter } = learn
    expect(scalars).toMatchObject({
      ...{ train_loss: near(losses, 1), lr: near(lrs, 1), 'norm/all': [[losses.length, 3]] },
      ...{ valid_loss: near(val_losses, n_train_iter), accuracy: near(metrics['accuracy']!, n_train_iter) },
    })
    expect(rest).toEqual({
      images: [[losses.length, 2, 1, 'hello']],
      histograms: [[losses.length, 7, [3, 4]]],
      text: 'some',
      hparams: { lr: 0.01, wide: true, head: 'mlp' },
    })

    // What a process wrote that went on from the end of the first epoch takes the place of the second one.
    const goesOn = new TensorBoardLogger({ dir })
    const time = Date.now() + 1000
    await goesOn.hear({ type: 'resume', time, fit: 0, batches: n_train_iter, epochs: 1, position: n_train_iter })
    await goesOn.flush()
    const { scalars: left } = await tensorboard.run(reader.replace(/^ {4}'(images|histograms|text)'.*\n/gm, ''), [
      join(dir, 'fit-0'),
    ])
    expect(left.train_loss).toEqual(scalars.train_loss.slice(0, n_train_iter))
  })
})

const mlflow = findPython('mlflow')

describe.skipIf(mlflow.missing)(`an MLflow server${leftOut(mlflow)}`, () => {
  it('has the run with its parameters and figures', async () => {
    const { uri } = await server(mlflow.path)
    const logger = new MLflowLogger({ uri, experiment: 'digits', name: 'wide', hparams: { lr: 0.01 } })
    const { losses, val_losses } = await learner().fit_one_cycle(2, 1e-2, { callbacks: logger })
    const ask = async (path: string) => (await fetch(`${uri}/api/2.0/mlflow/${path}`)).json()
    const { run } = await ask(`runs/get?run_id=${logger.runId}`)
    expect(run.info).toMatchObject({ run_name: 'wide fit 0', status: 'FINISHED' })
    expect(run.data.params).toEqual([{ key: 'lr', value: '0.01' }])
    const history = async (key: string) =>
      (await ask(`metrics/get-history?run_id=${logger.runId}&metric_key=${key}`)).metrics.map(
        (each: { value: number }) => each.value,
      )
    expect(await history('train_loss')).toEqual(losses)
    expect(await history('valid_loss')).toEqual(val_losses)
  }, 180_000)
})

async function server(python: string): Promise<{ uri: string }> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const store = `sqlite:///${join(folder, 'mlflow.db')}`
  const args = [
    '-m',
    'mlflow',
    'server',
    '--backend-store-uri',
    store,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--workers',
    '1',
  ]
  const started: ChildProcess = spawn(python, args, { cwd: folder, stdio: 'ignore', detached: true })
  onTestFinished(() => void process.kill(-started.pid!))
  const uri = `http://127.0.0.1:${port}`
  while (!(await fetch(`${uri}/health`).catch(() => undefined))?.ok) {
    if (started.exitCode !== null) throw new Error(`mlflow ended with ${started.exitCode}`)
    await setTimeout(200)
  }
  return { uri }
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
