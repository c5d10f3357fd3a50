import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

let folder: string
beforeAll(async () => {
  await mkdir(join(root, 'runs'), { recursive: true })
  folder = await mkdtemp(join(root, 'runs/test-'))
})
afterAll(() => rm(folder, { recursive: true }))

const program = `
  import { layers, sequential } from '@tensorflow/tfjs-layers'
  import { DataBunch, Learner } from 'onecycle'

  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
  const data = DataBunch.from_arrays({ x, y: x.map(v => 3 * v), shape: [1], bs: 8, seed: 1 })
  const begun = { after_batch: ({ train_iter }) => train_iter % 20 === 0 && console.log('batch ' + train_iter) }
  const learn = new Learner(data, sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }), { progress: false })
  const resume = process.argv[2]
  await learn.fit_one_cycle(1000, 1e-3, { resume, callbacks: begun })
`

const windows = process.platform === 'win32'
const leftOut = windows ? ', left out: Windows has no such signals' : ''

test.skipIf(windows).each([
  ['SIGTERM', 143],
  ['SIGUSR1', 138],
] as const)(
  `%s has a checkpoint written, which is named, and from which the next process goes on${leftOut}`,
  async (signal, exitCode) => {
    const file = join(folder, 'program.mjs')
    await writeFile(file, program)
    const dir = join(folder, signal)
    const interrupted = () => {
      let sent = false
      return runNode([file, dir], {
        env: { ONECYCLE_BACKEND: 'cpu' },
        watch(stdout, kill) {
          if (!sent && stdout.includes('batch')) kill(signal)
          sent ||= stdout.includes('batch')
        },
      })
    }
    const first = await interrupted()
    expect(first.stderr).toMatch(new RegExp(`Interrupted by ${signal}: .* The last checkpoint is .*fit-0-00001.safetensors.`))
    expect(first.code).toBe(exitCode)
    expect(await readdir(dir)).toEqual(['fit-0-00001.safetensors'])
    const second = await interrupted()
    expect(second.stderr).toMatch(/The fit goes on from .*fit-0-00001.safetensors: /)
    const at = (stdout: string) => Number(/batch (\d+)/.exec(stdout)![1])
    expect(at(second.stdout)).toBeGreaterThan(at(first.stdout))
  },
)
