/** How esbuild packs what comes with a package into modules: for pages, and for Node where nothing else is said. */
export const packed = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
}

/** Vega is a module of its own, which lies beside the one that asks for it. */
export const vegaBeside = {
  name: 'vega',
  setup: ({ onResolve }) => onResolve({ filter: /\/vega-runtime\.js$/ }, () => ({ path: './vega-runtime.js', external: true })),
}
