// The end of the build: the page that is served comes as one script, made of what a page would import. What draws, Vega, lies with the package
// of plots, and is served from there.
import { build } from 'esbuild'

process.chdir(import.meta.dirname)

await build({
  absWorkingDir: import.meta.dirname,
  stdin: { contents: "import { start } from './src/browser/live-page/main.ts'; start()", resolveDir: import.meta.dirname },
  outfile: 'dist/node/live/page.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
  plugins: [
    {
      name: 'vega',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/vega-runtime\.js$/ }, () => ({ path: './vega-runtime.js', external: true })),
    },
  ],
})
