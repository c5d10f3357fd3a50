import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EpochRow } from '../history.js'
import { CSVLogger } from './csv-logger.js'
import { MLflowLogger } from './mlflow-logger.js'
import type { RunEvent } from './run-event.js'
import type { RunLogger } from './run-logger.js'
import { crc32c } from './tensorboard/crc32c.js'
import { TensorBoardLogger } from './tensorboard/tensorboard-logger.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterEach(() => rm(folder, { recursive: true }))

const time = 1_800_000_000_000
const begins: RunEvent = {
  type: 'run',
  time,
  name: 'a',
  hparams: { lr: 0.01, wide: true, head: 'mlp' },
  description: { seed: 5 },
}
const fit = (n: number, metricNames = ['accuracy']): RunEvent => ({
  ...{ type: 'fit', time, fit: n, n_epoch: 3, n_train_iter: 2, metricNames, hyper: { lr: 0.1, wd: 0.01 } },
})
const resume = (n: number, epochs: number): RunEvent => ({
  type: 'resume',
  time,
  fit: n,
  batches: 2 * epochs,
  epochs,
  position: 2 * epochs,
})
const row = (epoch: number, valid_loss: number | null = 0.5): EpochRow => ({
  ...{ epoch, train_loss: 0.25, valid_loss, time: 1.5, accuracy: valid_loss === null ? null : 0.75 },
})
const epoch = (n: number, index: number, given = row(index)): RunEvent => ({
  ...{ type: 'epoch', time, fit: n, batches: 2 * (index + 1), row: given },
})
const batches = (n: number, first: number): RunEvent => ({
  ...{ type: 'batches', time, fit: n, first, losses: [1, null], smooth_losses: [1, 0.75], lrs: [0.1, 0.2], moms: [0.9, 0.8] },
  ...{
    lr_groups: [
      [0.01, 0.1],
      [0.02, 0.2],
    ],
    hps: { wd: [0.01, 0.02] },
  },
})
const ends = (n: number): RunEvent => ({ type: 'end', time, fit: n, reason: 'completed' })

async function tell(logger: RunLogger, ...events: readonly RunEvent[]): Promise<void> {
  for (const event of events) await logger.hear(event)
  await logger.flush()
}

test('CSVLogger writes rows of epochs under their names, empty where there was no figure', async () => {
  const path = join(folder, 'history.csv')
  await tell(new CSVLogger({ path }), fit(0, ['accuracy', 'a, "b"']), epoch(0, 0), epoch(0, 1, row(1, null)))
  expect(await readFile(path, 'utf8')).toBe(
    'epoch,train_loss,valid_loss,accuracy,"a, ""b""",time\n0,0.25,0.5,0.75,,1.5\n1,0.25,,,,1.5\n',
  )
})

test('CSVLogger: a fit begins the file anew, or adds to it, and one that goes on cuts off what is void', async () => {
  const path = join(folder, 'history.csv')
  const epochs = async () =>
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .slice(1)
      .map(line => Number(line.split(',')[0]))
  await tell(new CSVLogger({ path }), fit(0), epoch(0, 0), epoch(0, 1), fit(1), epoch(1, 0))
  expect(await epochs()).toEqual([0])
  await tell(new CSVLogger({ path, append: true }), fit(0), epoch(0, 0), epoch(0, 1), epoch(0, 2))
  expect(await epochs()).toEqual([0, 0, 1, 2])
  await tell(new CSVLogger({ path, append: true }), resume(0, 1), epoch(0, 1))
  expect(await epochs()).toEqual([0, 0, 1])
  await expect(tell(new CSVLogger({ path, append: true }), fit(0, ['dice']))).rejects.toThrow(
    'has the columns epoch,train_loss,valid_loss,accuracy,time, and this fit has epoch,train_loss,valid_loss,dice,time: give it a file of its own.',
  )
  expect(await epochs()).toEqual([0, 0, 1])
})

test.each([
  // RFC 3720, B.4, and the check value of the algorithm.
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(255), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  [new TextEncoder().encode('123456789'), 0xe3069283],
])('the checksum of known bytes %#', (bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum)
})

/** Lengths and contents of the records of a file, checksums left out. */
function recordsIn(bytes: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 16 + records.at(-1)!.length) {
    const length = Number(bytes.readBigUInt64LE(at))
    records.push(bytes.subarray(at + 12, at + 12 + length))
  }
  return records
}

const tensorBoardEvents = [
  ...[begins, fit(0), batches(0, 0), epoch(0, 0)],
  ...([
    { type: 'scalar', time, fit: 0, batch: 2, name: 'norm/all', value: 3 },
    { type: 'text', time, fit: 0, batch: 2, name: 'said', text: 'some' },
    { type: 'histogram', time, fit: 0, batch: 2, name: 'weights', edges: [0, 1, 2], counts: [3, 4] },
    { type: 'image', time, fit: 0, batch: 2, name: 'picture', png: 'aGVsbG8=', width: 2, height: 1 },
  ] as const),
  ends(0),
] satisfies RunEvent[]

test('TensorBoardLogger gives each fit a folder, and one that goes on another file that says from where', async () => {
  const dir = join(folder, 'a')
  await tell(new TensorBoardLogger({ dir }), ...tensorBoardEvents, fit(1), ends(1))
  expect((await readdir(dir)).sort()).toEqual(['fit-0', 'fit-1'])
  const goesOn = new TensorBoardLogger({ dir })
  await tell(goesOn, begins, { ...resume(0, 1), time: time + 1000 } as RunEvent, batches(0, 2))
  const files = (await readdir(join(dir, 'fit-0'))).sort()
  expect(files).toEqual(['events.out.tfevents.1800000000.onecycle.0.v2', 'events.out.tfevents.1800000001.onecycle.0.v2'])
  const [version, start] = recordsIn(await readFile(join(dir, 'fit-0', files[1]!)))
  expect(version!.toString('latin1')).toContain('brain.Event:2')
  // Step 3 in field 2, the first that is void; in field 7 a message whose field 1, the status, is START.
  expect([...start!.subarray(9)]).toEqual([16, 3, 58, 2, 8, 1])
})

test('MLflowLogger makes the experiment, a run for each fit, and sends figures that are finite', async () => {
  const asked: { path: string; body: Record<string, unknown> }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', chunk => {
      text += chunk
    })
    request.on('end', () => {
      asked.push({ path: request.url!.replace('/api/2.0/mlflow/', ''), body: JSON.parse(text || '{}') })
      const known = !request.url!.includes('get-by-name')
      response.writeHead(known ? 200 : 404).end(JSON.stringify({ experiment_id: '7', run: { info: { run_id: 'r1' } } }))
    })
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  try {
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const logger = new MLflowLogger({ uri, experiment: 'digits & more', name: 'wide' })
    await tell(logger, begins, fit(0), batches(0, 0), epoch(0, 0, row(0, null)), ends(0))
    expect(logger.runId).toBe('r1')
    expect(asked.map(({ path }) => path)).toEqual([
      ...['experiments/get-by-name?experiment_name=digits%20%26%20more', 'experiments/create', 'runs/create', 'runs/log-batch'],
      ...['runs/log-batch', 'runs/set-tag', 'runs/update'],
    ])
    expect(asked[2]!.body).toMatchObject({ experiment_id: '7', run_name: 'wide fit 0' })
    expect(asked[3]!.body).toMatchObject({
      run_id: 'r1',
      params: [{ key: 'lr', value: '0.01' }, {}, { key: 'head', value: 'mlp' }],
    })
    const metrics = (asked[4]!.body['metrics'] as { key: string; value: number; step: number }[]).map(({ key, value, step }) => [
      key,
      value,
      step,
    ])
    expect(metrics).toEqual([
      ...[
        ['train_loss', 1, 1],
        ['smooth_loss', 1, 1],
        ['lr', 0.1, 1],
        ['mom', 0.9, 1],
        ['wd', 0.01, 1],
      ],
      ...[
        ['smooth_loss', 0.75, 2],
        ['lr', 0.2, 2],
        ['mom', 0.8, 2],
        ['wd', 0.02, 2],
      ],
      ...[
        ['epoch', 1, 2],
        ['epoch_seconds', 1.5, 2],
      ],
    ])
    expect(asked.at(-1)!.body).toMatchObject({ status: 'FINISHED', end_time: time })
  } finally {
    server.close()
  }
  await expect(tell(new MLflowLogger({ uri: 'http://127.0.0.1:9' }), fit(0))).rejects.toThrow(
    /^The MLflow server at http:\/\/127\.0\.0\.1:9 does not answer: /,
  )
  expect(() => new MLflowLogger({ uri: '127.0.0.1:5000' })).toThrow(
    "takes the address of a tracking server, such as 'http://127.0.0.1:5000'",
  )
})
