// npm start: installs what is missing, builds, and runs the demo. Arguments go to the demo: npm start -- --epochs 1
import { build, install, main, node, secondsSince } from './steps.mjs'

await main(async () => {
  await install()
  const began = performance.now()
  await build()
  const { code } = await node(['packages/onecycle/dist/cli.js', 'demo', ...process.argv.slice(2)])
  if (code === 0) console.log(`\nDone in ${secondsSince(began)} (build, training and pictures).`)
  return code
})
