// npm run campaign -- --kills 200: builds, then spoils trainings and compares how they end; --node 24 trains on that one, from npm. See
// docs/checkpoint.md.
import { build, install, main, StepFailed, tool } from './steps.mjs'
import { fetchTool } from './tools.mjs'

await main(async () => {
  await install()
  await build()
  const args = process.argv.slice(2)
  const at = args.indexOf('--node') + 1
  if (at > 0 && /^\d+$/.test(args[at])) {
    const { path, missing } = await fetchTool(`node ${args[at]}`)
    if (!path) throw new StepFailed(missing, 1)
    args[at] = path
  }
  return (await tool('tsx', ['benchmarks/campaign.ts', ...args])).code
})
