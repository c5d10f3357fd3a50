// Runs in a Web Worker. The build makes one file of it, which stands beside the modules of WebAssembly.
import { serve } from '../wasm/threads/serve.js'

addEventListener('message', ({ data }) => serve(data, () => postMessage('ready')), { once: true })
