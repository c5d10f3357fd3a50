// Writes and reads a checkpoint of more than 2 GiB, each in a process of its own, and says what memory each took at most beside the weights.
// npx tsx benchmarks/large-checkpoint.ts [--gigabytes 2.4]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadCheckpoint, saveCheckpoint } from '../packages/learner/src/checkpoint/file.js'

const { values } = parseArgs({
  options: { gigabytes: { type: 'string', default: '2.4' }, save: { type: 'string' }, load: { type: 'string' } },
})
/** Of one tensor, in numbers: 256 MiB. */
const count = 2 ** 26
const tensors = Math.ceil((Number(values.gigabytes) * 1e9) / (4 * count))
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`

/** Does it, and says how long it took, and how much memory the process ever had. */
async function tell(what: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  await work()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${what}: ${seconds} s, ${gigabytes(1024 * process.resourceUsage().maxRSS)} of memory`)
}

if (values.save) {
  const weights = Array.from({ length: tensors }, (_, i) => [
    `${i}.kernel`,
    { shape: [count], values: new Float32Array(count).fill(i) },
  ])
  await tell('written', () => saveCheckpoint(values.save!, { weights: Object.fromEntries(weights) }))
} else if (values.load) {
  await tell('read', async () => {
    const { weights } = await loadCheckpoint(values.load!)
    const wrong = Object.entries(weights).filter(
      ([name, { values }]) => values[0] !== Number.parseInt(name, 10) || values.at(-1) !== values[0],
    )
    if (Object.keys(weights).length !== tensors || wrong.length > 0) throw new Error(`${wrong} is not as it was written.`)
  })
} else {
  const dir = mkdtempSync(join(tmpdir(), 'onecycle-large-'))
  const path = join(dir, 'large.safetensors')
  const run = (what: '--save' | '--load') => {
    const program = fileURLToPath(import.meta.url)
    execFileSync(process.execPath, [...process.execArgv, program, what, path, '--gigabytes', values.gigabytes], {
      stdio: 'inherit',
    })
  }
  try {
    run('--save')
    console.log(`a file of ${gigabytes(statSync(path).size)}`)
    run('--load')
  } finally {
    rmSync(dir, { recursive: true })
  }
}
