/**
 * What is done to trainings and to their checkpoints, and what comes of it: `npm run campaign -- --kills 200`, `-- --fuzz 2000`, `-- --faults`.
 * Ends with 1 if something was lost. See docs/checkpoint.md.
 */
import { parseArgs } from 'node:util'
import { allFaults } from './campaign/faults/index.js'
import { fuzz, fuzzTable } from './campaign/fuzz.js'
import { killTrainings } from './campaign/kills.js'

const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    fuzz: { type: 'string' },
    faults: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'wasm' },
    threads: { type: 'string', default: '1' },
    techniques: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
    seed: { type: 'string', default: '1' },
  },
})
const { backend, threads, techniques, node } = values
const seed = Number(values.seed)

if (values.fuzz !== undefined) {
  const found = await fuzz(Number(values.fuzz), seed, 768)
  console.table(fuzzTable(found))
  for (const [name, { files, refused, otherWords }] of Object.entries(found.rows)) {
    if (refused === files) continue
    process.exitCode = 1
    console.log(`${name}: ${otherWords[0] ?? 'taken'}`)
  }
}
if (values.faults) {
  const outcomes: Record<string, { outcome: string; lost: string }> = {}
  for await (const { fault, outcome, lost } of allFaults({ backend, threads: Number(threads), node })) {
    outcomes[fault] = { outcome, lost: lost.join('; ') || 'nothing' }
    if (lost.length > 0) process.exitCode = 1
  }
  console.table(outcomes)
}
if (values.kills !== undefined || (values.fuzz === undefined && !values.faults)) {
  const options = { kills: Number(values.kills ?? 10), backend, threads: Number(threads), techniques, seed, node }
  const { complaints, ...figures } = await killTrainings({ ...options, log: console.log })
  console.table({ [`${backend}, ${threads} threads${techniques ? ', with techniques' : ''}`]: figures })
  for (const line of new Set(complaints)) console.log(line)
  if (complaints.length > 0) process.exitCode = 1
}
