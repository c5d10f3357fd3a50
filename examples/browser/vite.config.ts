import { defineConfig } from 'vite'
import { data } from './data-plugin.js'

export default defineConfig({
  // Any folder of any static host.
  base: './',
  plugins: [data()],
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
})
