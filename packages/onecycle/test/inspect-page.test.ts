// Alone: it loads our sources and a backend.
import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setBackend } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import * as onecycle from 'onecycle'
import { expect, it } from 'vitest'
import { runSnippet } from './run-snippet.js'
import { blocksOf } from './snippets.js'

/** Points in the plane, of which the seventh may be no point. */
function learner(spoiled: boolean): onecycle.Learner {
  const random = new onecycle.Random(1)
  const x = Float32Array.from({ length: 1280 }, () => random.normal())
  const y = Int32Array.from({ length: 640 }, (_, i) => Number(x[2 * i]! > x[2 * i + 1]!))
  if (spoiled) x[2 * 7] = Number.NaN
  const data = onecycle.DataBunch.from_arrays({ x, y, shape: [2], bs: 32, valid_pct: 0.2, seed: 1 })
  const hidden = layers.dense({ units: 16, activation: 'relu', inputShape: [2] })
  const model = sequential({ layers: [hidden, layers.dense({ units: 2 })] })
  return new onecycle.Learner(data, model, { optimizer: onecycle.adam(), progress: false, seed: 1 })
}

it('the programs of docs/inspect.md run, and say what the page says', async () => {
  await setBackend('cpu')
  const folder = await mkdtemp(join(tmpdir(), 'inspect-'))
  const lines: string[] = []
  const log = { log: (...all: unknown[]) => lines.push(all.join(' ')) }
  try {
    for (const { code } of blocksOf('docs/inspect.md'))
      await runSnippet(code.replaceAll("'runs/", `'${folder}/`), { learn: learner(code.includes('DivergedError')), console: log })
    const [message, origin, table] = lines
    expect(message).toMatch(
      /^The loss became NaN at batch \d+ of epoch 0 \(learning rate 0\.0100\)\.\nIts inputs are not finite\.\n/,
    )
    expect(message).toContain('They are the samples 7 of the data set.\nNorms of the gradients up to it, of the batches 0 to ')
    expect(origin).toBe('inputs 7')
    expect(table).toMatch(/Parts of the loop +ms +share +calls +ms a call\n/)
    expect(await readFile(join(folder, 'activations.svg'), 'utf8')).toContain('>0.Dense</text>')
    expect(await readFile(join(folder, 'time.svg'), 'utf8')).toContain('>Kernels</text>')
  } finally {
    await rm(folder, { recursive: true })
  }
})
