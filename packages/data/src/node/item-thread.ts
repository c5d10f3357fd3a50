// Runs in a worker thread.
import { parentPort } from 'node:worker_threads'
import { readAtOnce } from '@onecycle/platform'
import { serveItems } from '../item/thread/serve-items.js'

readAtOnce()
parentPort!.on(
  'message',
  serveItems((answer, transfer) => parentPort!.postMessage(answer, transfer)),
)
