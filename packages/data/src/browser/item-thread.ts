// Runs in a Web Worker. The build makes one file of it, item/thread/item-thread.js.
import { serveItems } from '../item/thread/serve-items.js'

const serve = serveItems((answer, transfer) => postMessage(answer, { transfer }))
addEventListener('message', ({ data }) => serve(data))
