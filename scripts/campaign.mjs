// npm run campaign -- --kills 200: builds, then kills training processes and compares how they end. See docs/checkpoint.md.
import { build, install, main, tool } from './steps.mjs'

await main(async () => {
  await install()
  await build()
  return (await tool('tsx', ['benchmarks/campaign.ts', ...process.argv.slice(2)])).code
})
