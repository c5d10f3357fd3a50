// The end of the build: the page that is served comes as one script, made of what a page would import. What draws, Vega, lies with the package
// of plots, and is served from there.
import { build } from 'esbuild'
import { packed, vegaBeside } from '../../scripts/packed.mjs'

process.chdir(import.meta.dirname)

await build({
  ...packed,
  absWorkingDir: import.meta.dirname,
  stdin: { contents: "import { start } from './src/browser/live-page/main.ts'; start()", resolveDir: import.meta.dirname },
  outfile: 'dist/node/live/page.js',
  plugins: [vegaBeside],
})
