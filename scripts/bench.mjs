// npm run bench: builds, then measures; figures as a table, and with --json FILE as JSON too. See benchmarks/README.md.
import { parseArgs } from 'node:util'
import { binOf, build, install, main, run, tool } from './steps.mjs'
import { fetchTool } from './tools.mjs'

await main(async () => {
  await install()
  await build()
  const args = process.argv.slice(2)
  const { code } = await tool('tsx', ['benchmarks/run.ts', ...args])
  if (code !== 0 || Number(process.versions.node.split('.')[0]) >= 24) return code

  // The kernels have vectors of 256 bits on the engines of Node 24 and later alone.
  const { path, missing } = await fetchTool('node 24')
  console.log(`\nTraining steps on Node 24${path ? '' : `: not measured, ${missing}`}`)
  if (!path) return code
  const { json: file } = parseArgs({ args, options: { json: { type: 'string' } } }).values
  const json = file ? ['--json', file.replace(/(\.json)?$/, '-node24.json')] : []
  return (await run(path, [binOf('tsx'), 'benchmarks/bench.ts', ...json])).code
})
