// npm run bench: builds, then measures; figures as a table, and with --json FILE as JSON too. See benchmarks/README.md.
import { build, install, main, tool } from './steps.mjs'

await main(async () => {
  await install()
  await build()
  const { code } = await tool('tsx', ['benchmarks/run.ts', ...process.argv.slice(2)])
  return code
})
