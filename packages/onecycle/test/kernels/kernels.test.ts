import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cellsOf } from '../../src/notebook/cells.js'
import type { Output } from '../../src/notebook/nbformat.js'
import { asShown, formOf } from '../../src/notebook/to-text.js'
import { root } from '../run-program.js'
import { missing, runInKernel } from './run-in-kernel.js'

const cells = [
  `import { accuracy, datasets, Learner } from 'onecycle'
import { layers, sequential, tensor } from 'onecycle/tf'
const data = await datasets.iris({ seed: 1 })
const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [4], kernelInitializer: 'zeros' })] })
const learn = new Learner(data, model, { metrics: [accuracy], seed: 1, log: false })`,
  'learn',
  'learn.summary()',
  'data',
  'const found = await learn.lr_find()\nfound',
  'learn.recorder.plot()',
  'await learn.fit_one_cycle(2, 1e-1)',
  'tensor([[1, 2], [3, 4]])',
]
const [learner, summary, bunch, found, curve, fitted, values] = [1, 2, 3, 4, 5, 6, 7] as const

for (const kernel of ['deno', 'tslab'] as const) {
  const reason = missing(kernel)
  test.skipIf(reason)(
    `${kernel}'s kernel shows what cells end in${reason ? `, left out: ${reason}` : ''}`,
    async () => {
      // tslab has no way to show a picture by itself.
      const picture = "import * as tslab from 'tslab'\ntslab.display.svg(await learn.recorder.plot_losses().svg())"
      const outputs = await runInKernel(kernel, [...cells, ...(kernel === 'tslab' ? [picture] : [])])
      const text = (cell: number) => outputs[cell]!.map(textOf).join('').trim()
      expect(outputs[0]).toEqual([])

      const table = 'total parameters: 15, of which 15 train\nloss: cross_entropy, optimizer: adam'
      for (const cell of [learner, summary]) expect(text(cell)).toMatch(new RegExp(`^layer .*\n.*\n\n${table}$`))
      expect(text(bunch)).toBe(
        'DataBunch: 120 samples in 7 batches of 16 to train on, 30 samples in 2 batches of 16 to validate on\n' +
          'inputs [4], targets: one of setosa, versicolor, virginica',
      )
      expect(text(found)).toMatch(/^lr \S+, by valley\nothers: .*\nof \d+ batches: .*$/)
      expect(text(fitted)).toMatch(
        /History of 2 epochs, 14 batches; at the end train_loss \S+, valid_loss \S+, accuracy \S+\n.*$/,
      )

      const displays = outputs[fitted]!.flatMap(output => (output.output_type === 'display_data' ? [output.data] : []))
      const [page, ...others] = displays.map(data => formOf(data, 'text/html')!)
      expect(others).toEqual([])
      expect(page).not.toContain('<progress')
      expect(page!.match(/<th [^>]*>[^<]*/g)!.map(cell => cell.replace(/<.*>/, ''))).toEqual(['epoch', 'train_loss', 'valid_loss', 'accuracy', 'time']) // biome-ignore format: one line
      expect(page!.match(/<tr><td/g)).toHaveLength(2)

      expect(text(values)).toBe('Tensor float32 [2, 2]\n    [[1, 2],\n     [3, 4]]')
      expect(text(curve)).toMatch(/[⠁-⣿]/)
      const [drawn] = outputs[kernel === 'deno' ? curve : cells.length]!
      expect(formOf(dataOf(drawn!), 'image/svg+xml')).toMatch(/^<svg /)
    },
    180_000,
  )
}

// All of them take minutes; `KERNEL_NOTEBOOKS=all` runs them.
const names = (await readdir(join(root, 'notebooks'))).filter(file => /^\d.*\.ts$/.test(file))
const chosen = process.env['KERNEL_NOTEBOOKS'] === 'all' ? names : ['05-callbacks.ts']
for (const kernel of ['deno', 'tslab'] as const) {
  const reason = missing(kernel)
  for (const name of chosen)
    test.skipIf(reason)(
      `${kernel}'s kernel runs ${name}${reason ? `, left out: ${reason}` : ''}`,
      async () => {
        const code = cellsOf(await readFile(join(root, 'notebooks', name), 'utf8')).filter(({ kind }) => kind === 'code')
        const outputs = await runInKernel(
          kernel,
          code.map(({ source }) => source),
        )
        // tslab has errors on standard error, where the backend is told of as well.
        const errors = outputs
          .flat()
          .filter(
            output =>
              output.output_type === 'stream' && output.name === 'stderr' && !/^onecycle: backend .*\n$/.test(output.text),
          )
        expect(errors).toEqual([])
        expect(outputs.filter(({ length }) => length > 0).length).toBeGreaterThan(code.length / 2)
      },
      300_000,
    )
}

function dataOf(output: Output) {
  return output.output_type === 'execute_result' || output.output_type === 'display_data' ? output.data : {}
}

function textOf(output: Output): string {
  if (output.output_type === 'stream') return output.name === 'stdout' ? output.text : ''
  return output.output_type === 'execute_result' ? asShown(formOf(output.data, 'text/plain') ?? '') : ''
}
