// Runs in a worker thread.
import { parentPort } from 'node:worker_threads'
import { serveItems } from '../item/thread/serve-items.js'

parentPort!.on(
  'message',
  serveItems((answer, transfer) => parentPort!.postMessage(answer, transfer)),
)
