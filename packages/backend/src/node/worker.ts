// Runs in a worker thread.
import { parentPort, workerData } from 'node:worker_threads'
import { serve } from '../wasm/threads/serve.js'

serve(workerData, () => parentPort!.postMessage('ready'))
