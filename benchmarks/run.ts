// Everything that npm run bench measures: npx tsx benchmarks/run.ts [--json FILE]
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { trainingSteps } from './bench.js'
import { learnerOverhead, overheadTable } from './learner-overhead.js'

const { values } = parseArgs({ options: { json: { type: 'string' } } })
const backend = await useBackend()

console.log('\nThe Learner against a loop written by hand')
const overhead = await learnerOverhead()
console.log(overheadTable(overhead))

console.log('\nTraining steps')
const steps = await trainingSteps()

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  backend: `${backend.name} (${backend.detail})`,
}
if (values.json)
  await writeFile(values.json, `${JSON.stringify({ machine, learnerOverhead: overhead, trainingSteps: steps }, null, 2)}\n`)
